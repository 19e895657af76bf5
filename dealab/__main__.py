from dealab.cli import main

main()

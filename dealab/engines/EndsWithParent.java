package dealab;

/**
 * Runs the main method of the class that the first argument names, until standard input ends.
 *
 * It ends when the notebook's process does, however that happens: so no cluster and no job is left.
 */
public class EndsWithParent {
    public static void main(String[] arguments) throws Exception {
        Thread watch = new Thread(new Runnable() {
            public void run() {
                try {
                    while (System.in.read() >= 0) { }
                } catch (java.io.IOException gone) { }
                Runtime.getRuntime().halt(0);
            }
        });
        watch.setDaemon(true);
        watch.start();
        String[] rest = new String[arguments.length - 1];
        System.arraycopy(arguments, 1, rest, 0, rest.length);
        Class.forName(arguments[0]).getMethod("main", new Class[] {String[].class})
            .invoke(null, new Object[] {rest});
    }
}

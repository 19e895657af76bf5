"""From ``content/`` to everything derived from it: notebooks/, source/, release/.

Data flows one way. ``tree.build`` writes the derived folders, ``tree.differences`` rebuilds them
elsewhere and compares, ``importer.import_source`` is the one way back.
"""

"""TPC-H's eight tables and 22 questions for both services, with answers worked out by hand."""

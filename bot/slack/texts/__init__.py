"""What people read, one module a surface, so that the words stand side by side."""

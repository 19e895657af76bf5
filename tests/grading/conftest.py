from miniature import course, edit, essay

__all__ = ["course", "edit", "essay"]

from miniature import course, edit

__all__ = ["course", "edit"]

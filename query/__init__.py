"""Answers analytics questions from a columnar copy that follows the writer."""

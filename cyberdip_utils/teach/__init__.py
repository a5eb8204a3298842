"""What a notebook calls besides exhibits: chapter opening, guess, quiz, check, references.

Everything here shows itself as text in a terminal and as HTML in a notebook.
"""

from cyberdip_utils.teach.chapters import (
    Chapter,
    chapter_module,
    chapters,
    my_copy,
    notebook_path,
    objectives,
    plan_figures,
    plan_path,
)
from cyberdip_utils.teach.checks import check, check_number, exercises
from cyberdip_utils.teach.guess import guess, guess_answer, guesses, your_guess
from cyberdip_utils.teach.opening import chapter
from cyberdip_utils.teach.panel import Panel, Verdict
from cyberdip_utils.teach.quiz import questions, quiz
from cyberdip_utils.teach.references import bibliography, format_reference, references

__all__ = [
    "Chapter",
    "Panel",
    "Verdict",
    "bibliography",
    "chapter",
    "chapter_module",
    "chapters",
    "check",
    "check_number",
    "exercises",
    "format_reference",
    "guess",
    "guess_answer",
    "guesses",
    "my_copy",
    "notebook_path",
    "objectives",
    "plan_figures",
    "plan_path",
    "questions",
    "quiz",
    "references",
    "your_guess",
]

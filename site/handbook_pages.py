"""What the book adds to Sphinx: glossary tooltips, formulas as MathML, no address outside the book."""

from __future__ import annotations

import re
from html import escape

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from cyberdip_utils.glossary import terms

SKIP = (nodes.reference, nodes.literal, nodes.title, nodes.raw, nodes.math, nodes.term, nodes.Invisible)


class TermsInText(SphinxPostTransform):
    """The first time a page uses a glossary term, link it to the glossary with its meaning as a tooltip."""

    default_priority = 900
    formats = ("html",)

    def run(self, **kwargs):
        page = self.env.docname
        if page == "glossary" or page.startswith(("data/", "api/", "references")):
            return
        left = {}
        for key, term in terms().items():
            for form in (term["term"], *term.get("also", [])):
                left[form] = key
        pattern = re.compile(
            r"(?<![\w-])(" + "|".join(map(re.escape, sorted(left, key=len, reverse=True))) + r")(?![\w-])"
        )
        used = set()
        depth = "../" * page.count("/")
        for node in list(self.document.findall(nodes.Text)):
            if any(isinstance(up, SKIP) for up in _above(node)):
                continue
            text = node.astext()
            parts, at = [], 0
            for found in pattern.finditer(text):
                key = left[found[1]]
                if key in used:
                    continue
                used.add(key)
                meaning = escape(terms()[key]["meaning"], quote=True)
                parts.append(nodes.Text(text[at : found.start()]))
                parts.append(
                    nodes.raw(
                        "",
                        f'<a class="term" href="{depth}glossary.html#term-{key}" data-meaning="{meaning}">'
                        f"{escape(found[1])}</a>",
                        format="html",
                    )
                )
                at = found.end()
            if parts:
                parts.append(nodes.Text(text[at:]))
                node.parent.replace(node, parts)


def _above(node):
    up = node.parent
    while up is not None:
        yield up
        up = up.parent


def _math(translator, node, display):
    import latex2mathml.converter

    made = latex2mathml.converter.convert(node.astext(), display="block" if display else "inline")
    translator.body.append(
        f"<div class='formula' tabindex='0' role='group' aria-label='Formula'>{made}</div>"
        if display
        else made
    )
    raise nodes.SkipNode


def setup(app):
    app.add_post_transform(TermsInText)
    app.set_html_assets_policy("per_page")
    app.connect("config-inited", _own_math)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _own_math(app, config):
    app.add_html_math_renderer(
        "mathml",
        inline_renderers=(lambda t, n: _math(t, n, False), None),
        block_renderers=(lambda t, n: _math(t, n, True), None),
    )
    config.html_math_renderer = "mathml"

// On the search page: summaries are taken from the prose of a page, without its code, outputs and formulas.
"use strict";
{
  const NO_PROSE = "pre, .cell, .math, details.setup, .term-tip, p.uses";
  const textOf = Search.htmlToText;
  Search.htmlToText = (html, anchor) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    page.querySelectorAll(NO_PROSE).forEach((part) => part.remove());
    return textOf(page.documentElement.outerHTML, anchor);
  };
}

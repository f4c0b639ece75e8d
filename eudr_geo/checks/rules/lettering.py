"""Lettering: names whose letters are not those that somebody typed."""

from __future__ import annotations

import re

import numpy as np

from eudr_geo.checks.catalogue import WARNING, Problems, file_rule
from eudr_geo.model.plots import Reading

_NAMES = ("producer", "place")
_KINDS = (  # what happened (a case of the words), the country in which the letters cannot be right, and the letters
    (
        "utf-8",
        None,
        re.compile("á[»º]|Ã[\u00a1-\u00bf]|Ä[‘ƒ\u0090]|Æ[°¡]|ï¿½|\ufffd"),
    ),
    ("vni", "VN", re.compile("[øûïåäëöØÛÏÅÄËÖ]")),
    (
        "tcvn3",
        "VN",
        re.compile("(?<=[^\\W\\d_])[¨©ª«¬®µ¶·¸¹»¼½¾]|§[^\\W\\d_µ¸]?|(?<=[a-z])[ÆÇÈÉÊËÌÎÏÑÒÓÔÕÖ×ØÜÞß](?=[a-z ]|$)"),
    ),
    (
        "windows-1258",
        "VN",
        re.compile("[ÐÞþð]|[âêôãõ][ìòÌÒ]"),
    ),
)


@file_rule(severity=WARNING, basis="good practice")
def garbled_names(reading: Reading) -> Problems:
    """Names in letters that nobody typed: an old font, or text read in the wrong encoding.

    **Why it matters** The names go into the package as they stand. Nobody finds the producer in a contract or a
    register, and one person becomes two.

    **Example** `Nguyeãn Vaên Ñöùc` (a VNI font) and `NguyÔn V¨n §øc` (TCVN3) for Nguyễn Văn Đức; `Nguyá»…n` (UTF-8
    read as something else).

    **How to correct it** Convert the table to Unicode (UniKey and most Vietnamese keyboards have a tool), or save it as
    CSV UTF-8 where it was made. The names are kept as they came: letters are never guessed.

    **Trap** With the old font installed the names look right on the screen of whoever made the file, and only there.
    """
    plots = reading.plots
    rows, kinds, different, values = [], [], [], []
    for number, file in enumerate(reading.files):
        of_file = np.flatnonzero(plots["source"] == file.name)
        country = plots["country"][of_file]
        for kind, only_in, letters in _KINDS:
            chosen = of_file if only_in is None else of_file[np.isin(country, ["", only_in])]
            names = {name for column in _NAMES for name in plots[column][chosen] if name and not name.isascii()}
            if wrong := sorted(name for name in names if letters.search(name)):
                rows.append(number)
                kinds.append(kind)
                different.append(len(wrong))
                values.append(wrong[0][:80])
                break
    if not rows:
        return Problems.none()
    return Problems(rows, case=kinds, measured={"different": different, "value": values})

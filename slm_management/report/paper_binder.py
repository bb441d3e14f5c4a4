# Copyright 2026 slm_management founding team
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""PDF files bound to one, written as they come: what is in memory is one of them.

A page has its number and the number of all pages, "3 / 57". How many these are is known
when the last one has come; till then a page refers to an object that is written at the
end.
"""

from array import array
from hashlib import sha256
from io import BytesIO

from odoo.tools.pdf import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NumberObject,
    PdfFileReader,
    createStringObject,
)

#: what of a page holds only in the file from which it comes
LOCAL = ("/Annots", "/StructParents", "/Parent", "/Tabs")
#: where numbers stand, from the right and from the bottom of a page, in points
PLACE = (64, 57)
FONT_SIZE = 8
#: how wide signs are in Helvetica, in thousandths of their height
DIGIT, BLANK = 556, 278


class PaperBinder:
    """Binds PDF files: :meth:`add` them one after the other, then :meth:`close`.

    What all pages have in common can be told before, by :meth:`frame`.

    :param file: open for writing in binary mode; it is not closed
    """

    def __init__(self, file):
        self.file = file
        #: the object that is drawn on each page; 0: none
        self.margins = 0
        self.pages, self.stamps = array("l"), array("l")
        self.widths = array("d")
        #: where objects begin; 0: not written yet. There is no object 0.
        self.offsets = array("q", [0])
        #: streams that several files have, as logos and fonts
        self.known = {}
        self.size = 0
        self._write(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
        self.tree, self.font = self._reserve(), self._reserve()

    def frame(self, content):
        """Draw the first page of a PDF on all pages that are added: head and foot.

        :param bytes content: the PDF; what is drawn on the page must be one stream
        """
        page = PdfFileReader(BytesIO(content)).pages[0]
        numbers = {}
        drawn = page["/Contents"]
        for key, value in {
            "/Type": NameObject("/XObject"),
            "/Subtype": NameObject("/Form"),
            "/BBox": page.raw_get("/MediaBox"),
            "/Resources": page.raw_get("/Resources"),
        }.items():
            drawn[NameObject(key)] = value
        self.margins = self._import(drawn, numbers)

    def add(self, content):
        """Append all pages of a PDF.

        :param bytes content: the PDF
        """
        numbers = {}
        for page in PdfFileReader(BytesIO(content)).pages:
            self._add_page(page, numbers)

    def close(self, title="", lang=""):
        """Write page numbers and all that holds the file together.

        :param title: of the document, as readers of PDF show it
        :param lang: language of the document, as a code like ``en_US``
        """
        for number, stamp in enumerate(self.stamps):
            self._put(stamp, self._draw_number(number))
        self._put(self.font, self._prepare_font())
        self._put(self.tree, self._prepare_tree())
        catalog, info = self._reserve(), self._reserve()
        self._put(catalog, self._prepare_catalog(lang))
        self._put(info, _dictionary({"/Title": createStringObject(title)}))
        self._write_references(catalog, info)

    # ------------------------------------------------------------------
    # Pages
    # ------------------------------------------------------------------

    def _add_page(self, page, numbers):
        number, stamp = self._reserve(), self._reserve()
        self.pages.append(number)
        self.stamps.append(stamp)
        self.widths.append(float(page.mediabox[2]))
        values = {key: page.raw_get(key) for key in page if key not in LOCAL}
        values["/Contents"] = self._wrap(page, stamp)
        values["/Resources"] = self._lend(page["/Resources"])
        values["/Parent"] = self._refer(self.tree)
        self._put(number, self._adopt(_dictionary(values), numbers))

    def _wrap(self, page, stamp):
        """What is drawn on a page, and then its number as if nothing had been drawn."""
        drawn = []
        if "/Contents" in page:
            contents, resolved = page.raw_get("/Contents"), page["/Contents"]
            is_list = isinstance(resolved, ArrayObject)
            drawn = [*list.__iter__(resolved)] if is_list else [contents]
        before = self._share(b"<< /Length 2 >>\nstream\nq\n\nendstream")
        return ArrayObject([self._refer(before), *drawn, self._refer(stamp)])

    def _lend(self, resources):
        """The resources of a page, the font for its number, and its head and foot."""
        values = {key: resources.raw_get(key) for key in resources}
        lent = {"/Font": {"/SlmNumber": self._refer(self.font)}}
        if self.margins:
            lent["/XObject"] = {"/SlmMargins": self._refer(self.margins)}
        for kind, more in lent.items():
            own = resources[kind] if kind in resources else {}
            own = {key: own.raw_get(key) for key in own}
            values[kind] = _dictionary({**own, **more})
        return _dictionary(values)

    def _draw_number(self, number):
        text = f"{number + 1} / {len(self.pages)}"
        width = sum(DIGIT if sign.isdigit() else BLANK for sign in text)
        left = self.widths[number] - PLACE[0] - width * FONT_SIZE / 1000
        margins = "q /SlmMargins Do Q " if self.margins else ""
        drawn = (
            f"Q {margins}q BT 0.33 g /SlmNumber {FONT_SIZE} Tf "
            f"{left:.2f} {PLACE[1]} Td ({text}) Tj ET Q"
        )
        return f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream".encode()

    # ------------------------------------------------------------------
    # Objects
    # ------------------------------------------------------------------

    def _adopt(self, value, numbers):
        """A value of another file with the numbers that objects have in this one; all
        to which it refers has been written.

        :param numbers: ``{number there: number here}``
        """
        if isinstance(value, IndirectObject):
            if value.pdf is self:
                return value
            if value.idnum not in numbers:
                numbers[value.idnum] = self._import(value.get_object(), numbers)
            return self._refer(numbers[value.idnum])
        if isinstance(value, DictionaryObject):
            for key in [*value]:
                dict.__setitem__(value, key, self._adopt(value.raw_get(key), numbers))
        elif isinstance(value, ArrayObject):
            value[:] = [self._adopt(item, numbers) for item in [*list.__iter__(value)]]
        return value

    def _import(self, value, numbers):
        """Write an object of another file; its number here."""
        return self._share(_serialize(self._adopt(value, numbers)))

    def _share(self, content):
        """Write an object, unless the same one has been written; its number."""
        digest = sha256(content).digest()[:16]
        if digest not in self.known:
            self.known[digest] = self._reserve()
            self._put(self.known[digest], content)
        return self.known[digest]

    def _reserve(self):
        self.offsets.append(0)
        return len(self.offsets) - 1

    def _refer(self, number):
        return IndirectObject(number, 0, self)

    def _put(self, number, content):
        """Write an object that has a number."""
        if not isinstance(content, bytes):
            content = _serialize(content)
        self.offsets[number] = self.size
        self._write(b"%d 0 obj\n%s\nendobj\n" % (number, content))

    def _write(self, content):
        self.file.write(content)
        self.size += len(content)

    # ------------------------------------------------------------------
    # What holds the file together
    # ------------------------------------------------------------------

    def _prepare_font(self):
        """One of those that each reader of PDF has."""
        values = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
        return _dictionary({key: NameObject(name) for key, name in values.items()})

    def _prepare_tree(self):
        return _dictionary(
            {
                "/Type": NameObject("/Pages"),
                "/Count": NumberObject(len(self.pages)),
                "/Kids": ArrayObject(self._refer(number) for number in self.pages),
            }
        )

    def _prepare_catalog(self, lang):
        lang = lang.partition("@")[0].replace("_", "-")
        return _dictionary(
            {
                "/Type": NameObject("/Catalog"),
                "/Pages": self._refer(self.tree),
                "/Lang": createStringObject(lang),
            }
        )

    def _write_references(self, catalog, info):
        """The table of where each object is, and the end of the file."""
        start, count = self.size, len(self.offsets)
        self._write(b"xref\n0 %d\n0000000000 65535 f \n" % count)
        for offset in self.offsets[1:]:
            self._write(b"%010d 00000 n \n" % offset)
        trailer = b"<< /Size %d /Root %d 0 R /Info %d 0 R >>" % (count, catalog, info)
        self._write(b"trailer\n%s\nstartxref\n%d\n%%%%EOF\n" % (trailer, start))


def _dictionary(values):
    found = DictionaryObject()
    for key, value in values.items():
        found[NameObject(key)] = value
    return found


def _serialize(value):
    stream = BytesIO()
    value.write_to_stream(stream, None)
    return stream.getvalue()

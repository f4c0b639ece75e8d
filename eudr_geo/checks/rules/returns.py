"""Lots and custody: what came back from a buyer."""

from __future__ import annotations

from eudr_geo.checks.catalogue import ERROR, Problems, lot_rule
from eudr_geo.checks.lot_faults import Fault, problems
from eudr_geo.lots.returns import handed_back
from eudr_geo.model.lot_book import LotBook


@lot_rule(severity=ERROR, basis="good practice: unbroken chain of custody (ISO 22095)", ids=("LOT-SHP-03",))
def return_not_on_shipment(book: LotBook) -> Problems:
    """A handover brings goods back from the buyer, and their shipment does not say so.

    **Why it matters** Goods that came back are in the store again and can be shipped again. As long as the shipment
    says that they are gone, the stock is wrong, and what leaves next seems to come from nowhere.

    **Example** EX1 shipped 600 kg of lot G to Buyer BV; HO2 brings 100 kg from Buyer BV back.

    **How to correct it** Write the returned weight and the day in the row of the shipment. The handover stays: it says
    who held the goods meanwhile.

    **Trap** Making the shipment smaller: its statement declared all that left.
    """
    return problems(
        Fault(
            "handover",
            one.handover["code"],
            one.handover,
            one.giver,
            {"quantity_kg": one.kg, "other": one.lot, "value": ", ".join(one.consignments)},
        )
        for one in handed_back(book)
    )

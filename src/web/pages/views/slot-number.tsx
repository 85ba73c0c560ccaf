// The number of a slot and who rents it; where there is none, how to give it one.

import { useState } from "preact/hooks";
import type { LineView, RentalView, SlotView } from "../../../protocol/index.ts";
import { useBox, useSelect, useWords } from "../app-context.ts";
import { Fact, FactGroup } from "../parts/fact.tsx";
import { ViewLink } from "../parts/view-link.tsx";
import { keyFingerprint } from "../renter-keys.ts";
import { activeRental, linesOfAccount, unservedLines } from "../slot-lines.ts";
import { AdoptDialog } from "./adopt-dialog.tsx";
import { NameNumberDialog } from "./name-number-dialog.tsx";

const NO_LINES: readonly LineView[] = [];
const NO_SLOTS: readonly SlotView[] = [];
const NO_RENTALS: readonly RentalView[] = [];

interface SlotProps {
  readonly slot: SlotView;
}

function Rental({ rental }: { readonly rental: RentalView | null }) {
  const words = useWords();
  const left = useSelect((state) => (rental === null ? "" : words.left(rental.expires_at - state.now)));
  if (rental === null) return <>{words.t("number.not_rented")}</>;
  return (
    <span class="number-rental" title={words.t("rentals.until", { date: words.date(rental.expires_at) })}>
      <code>{keyFingerprint(rental.renter.verify)}</code>
      <span class="fact-aside">{words.t("number.left", { span: left })}</span>
    </span>
  );
}

function Named({ slot, line }: SlotProps & { readonly line: NonNullable<SlotView["line"]> }) {
  const words = useWords();
  const rental = useBox((box) => activeRental(box.rentals, line.id), null);
  const known = useBox((box) => box.lines, NO_LINES).find(({ id }) => id === line.id);
  return (
    <dl>
      <Fact name={words.t("fact.line")}>
        {line.number} <span class="fact-aside">{line.id}</span>
      </Fact>
      <Fact name={words.t("fact.rental")}>
        <Rental rental={rental} />
      </Fact>
      <Fact name={words.t("fact.received")}>
        {words.number(slot.received)}
        {known !== undefined && known.denied > 0 && (
          <span class="fact-aside"> {words.t("number.denied", { n: known.denied })}</span>
        )}
      </Fact>
    </dl>
  );
}

/** A gateway's account has numbers by its lines. */
function Several({ lines }: { readonly lines: readonly LineView[] }) {
  const words = useWords();
  const rentals = useBox((box) => box.rentals, NO_RENTALS);
  return (
    <dl>
      {lines.map((line) => (
        <Fact key={line.id} name={line.number}>
          <Rental rental={activeRental(rentals, line.id)} />
        </Fact>
      ))}
      <p class="number-more">
        <ViewLink view="rentals">{words.t("nav.rentals")}</ViewLink>
      </p>
    </dl>
  );
}

function Unnamed({ slot }: SlotProps) {
  const words = useWords();
  const [dialog, setDialog] = useState<"name" | "adopt" | null>(null);
  const isBroken = useSelect((state) => state.link === "broken");
  const lines = useBox((box) => box.lines, NO_LINES);
  const slots = useBox((box) => box.slots, NO_SLOTS);
  const unserved = unservedLines({ lines, slots }, slot.id);
  const before = unserved.find((line) => line.slot === slot.id);
  const hasSim = slot.iccid !== null || slot.imsi !== null;
  const canAdopt = slot.kind === "modem" && unserved.length > 0 && hasSim;
  const close = (): void => setDialog(null);
  return (
    <div class="number-none">
      <p>
        {before === undefined
          ? words.t("number.none")
          : words.t(hasSim ? "number.other_sim" : "number.absent", { number: before.number })}
      </p>
      <div class="number-actions">
        {canAdopt && (
          <button type="button" disabled={isBroken} onClick={() => setDialog("adopt")}>
            {words.t("number.adopt")}
          </button>
        )}
        <button type="button" class={canAdopt ? "" : "primary"} disabled={isBroken} onClick={() => setDialog("name")}>
          {words.t("number.name")}
        </button>
      </div>
      {dialog === "name" && <NameNumberDialog slot={slot} lines={lines} onClose={close} />}
      {dialog === "adopt" && <AdoptDialog slot={slot} lines={unserved} onClose={close} />}
    </div>
  );
}

export function SlotNumber({ slot }: SlotProps) {
  const words = useWords();
  const lines = linesOfAccount(
    useBox((box) => box.lines, NO_LINES),
    slot.id,
  );
  const several = slot.kind === "smpp" && slot.line === null && lines.length > 0;
  return (
    <FactGroup title={words.t("facts.number")}>
      {slot.line !== null && <Named slot={slot} line={slot.line} />}
      {several && <Several lines={lines} />}
      {slot.line === null && !several && <Unnamed slot={slot} />}
    </FactGroup>
  );
}

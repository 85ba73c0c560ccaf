// The Android phones that serve as slots: whether they are alive, their batteries, SIMs and SMS; adding and removing.

import { useState } from "preact/hooks";
import { Empty, Icon } from "../../../page-parts/index.ts";
import type { PhoneView } from "../../../protocol/index.ts";
import { useSelect, useWords } from "../app-context.ts";
import { AddPhoneDialog } from "./add-phone-dialog.tsx";
import { PhoneCard } from "./phone-card.tsx";
import { RemovePhoneDialog } from "./remove-phone-dialog.tsx";
import { usePhones } from "./use-phones.ts";

interface ListProps {
  readonly phones: readonly PhoneView[];
  readonly onAdd: () => void;
  readonly onRemove: (phone: PhoneView) => void;
}

function List({ phones, onAdd, onRemove }: ListProps) {
  const words = useWords();
  if (phones.length === 0) {
    return (
      <Empty icon="phones" title={words.t("phones.none.title")} text={words.t("phones.none.text")}>
        <button type="button" class="primary" onClick={onAdd}>
          {words.t("phones.add")}
        </button>
      </Empty>
    );
  }
  return (
    <ul class="phone-grid">
      {phones.map((phone) => (
        <PhoneCard key={phone.name} phone={phone} onRemove={() => onRemove(phone)} />
      ))}
    </ul>
  );
}

export function Phones() {
  const words = useWords();
  const phones = usePhones();
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<PhoneView | null>(null);
  // What is not the live state may not be acted on.
  const isBroken = useSelect((state) => state.link === "broken");
  return (
    <div class="phones">
      <header class="view-head">
        <h1>{words.t("phones.title")}</h1>
        <button type="button" class="primary" disabled={isBroken} onClick={() => setAdding(true)}>
          <Icon name="plus" />
          {words.t("phones.add")}
        </button>
      </header>
      {phones === null ? (
        <p class="loading" role="status">
          {words.t("app.loading")}
        </p>
      ) : (
        <List phones={phones} onAdd={() => setAdding(true)} onRemove={setRemoving} />
      )}
      {adding && <AddPhoneDialog onClose={() => setAdding(false)} />}
      {removing !== null && <RemovePhoneDialog phone={removing} onClose={() => setRemoving(null)} />}
    </div>
  );
}

// The escrow of a rental: the renter's part for it, its document, where it stands, and what is handed to the wallet.

import { useState } from "preact/hooks";
import { Empty, Icon, saveFile } from "../../../page-parts/index.ts";
import { type AccountRental, type EscrowState, visibleLine } from "../../../renter/index.ts";
import { useApp, useSelect, useTask, useWords } from "../app-context.ts";
import { CopyValue } from "../parts/copy-value.tsx";
import { CopyButton, Fault, ViewLink, ViewTitle } from "../parts/frame.tsx";
import { TakeDocument } from "./escrow-document.tsx";
import { EscrowStatePanel } from "./escrow-state.tsx";

interface RentalProps {
  readonly rental: AccountRental;
}

interface StateProps extends RentalProps {
  readonly state: EscrowState;
}

const fileName = ({ file }: EscrowState): string => `escrow-${file.policy.escrowId.slice(0, 8)}.json`;

/** Public keys and an address, for whoever makes the document. */
function Part({ rental }: RentalProps) {
  const { controller, words } = useApp();
  const [key, setKey] = useState("");
  const [address, setAddress] = useState("");
  const [part, setPart] = useState<string | null>(null);
  const task = useTask();
  const make = async (): Promise<void> =>
    setPart(controller.escrows.part(rental, { key: key.trim(), address: address.trim() }));
  const fields = [
    { id: "escrow-key", name: words.t("escrow.part.key"), value: key, set: setKey },
    { id: "escrow-address", name: words.t("escrow.part.address"), value: address, set: setAddress },
  ];
  return (
    <form
      class="panel"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void task.run(make);
      }}
    >
      <h2>{words.t("escrow.part")}</h2>
      <p>{words.t("escrow.part.text")}</p>
      {fields.map(({ id, name, value, set }) => (
        <div class="field" key={id}>
          <label for={id}>{name}</label>
          <input
            id={id}
            type="text"
            autocomplete="off"
            spellcheck={false}
            value={value}
            onInput={(event) => {
              set(event.currentTarget.value);
              setPart(null);
            }}
          />
        </div>
      ))}
      <p class="soft small">{words.t("escrow.part.help")}</p>
      <Fault fault={task.problem} />
      {part === null ? (
        <div class="actions">
          <button type="submit" disabled={task.busy || key.trim() === "" || address.trim() === ""}>
            {words.t("escrow.part.make")}
          </button>
        </div>
      ) : (
        <CopyValue name={words.t("escrow.part")} value={part} />
      )}
    </form>
  );
}

/** What the renter signs in this page, or has his wallet do. */
function Next({ rental, state }: StateProps) {
  const { controller, words } = useApp();
  const task = useTask();
  const { steps, missing } = state;
  const mayAgree = steps.includes("accept");
  const mine = steps.filter((step) => step !== "accept" && step !== "dispute" && step !== "decide");
  if (!mayAgree && mine.length === 0) {
    const text = missing.length > 0 ? "escrow.wait" : "escrow.over";
    return state.phase === "expired" || missing.length > 0 ? <p>{words.t(text)}</p> : null;
  }
  return (
    <section class="panel">
      <h2>{words.t("escrow.next")}</h2>
      {mayAgree && (
        <>
          <p>{words.t("escrow.agree.text")}</p>
          <Fault fault={task.problem} />
          <div class="actions">
            <button
              type="button"
              class="primary"
              disabled={task.busy}
              onClick={() => void task.run(() => controller.escrows.step(rental, { step: "agree" }))}
            >
              {words.t("escrow.agree")}
            </button>
          </div>
        </>
      )}
      {mine.length > 0 && (
        <>
          <p>{words.t("escrow.wallet")}</p>
          <div class="pay-values">
            {mine.map((step) => (
              <CopyValue
                key={step}
                name={words.t(`escrow.step.${step}`)}
                value={`numberbox escrow ${step} ${fileName(state)}${step === "release" ? " --earned AMOUNT" : ""}`}
              />
            ))}
          </div>
        </>
      )}
    </section>
  );
}

function Dispute({ rental }: RentalProps) {
  const { controller, words } = useApp();
  const [text, setText] = useState("");
  const task = useTask();
  const sign = async (): Promise<void> => {
    await controller.escrows.step(rental, { step: "dispute", statement: text.trim() });
    setText("");
  };
  return (
    <details>
      <summary>{words.t("escrow.dispute")}</summary>
      <form
        class="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void task.run(sign);
        }}
      >
        <div class="field">
          <label for="escrow-statement">{words.t("escrow.dispute.label")}</label>
          <textarea
            id="escrow-statement"
            rows={4}
            maxLength={5000}
            aria-describedby="escrow-statement-note"
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
          <p class="field-note" id="escrow-statement-note">
            {words.t("escrow.dispute.help")}
          </p>
        </div>
        <Fault fault={task.problem} />
        <div class="actions">
          <button type="submit" class="danger" disabled={task.busy || text.trim() === ""}>
            {words.t("escrow.dispute.sign")}
          </button>
        </div>
      </form>
    </details>
  );
}

/** The document on its way to the others and back. */
function Hand({ rental, state }: StateProps) {
  const { controller, words } = useApp();
  const text = rental.escrow ?? "";
  const save = (): void => {
    saveFile(fileName(state), text);
    controller.tell({ kind: "done", text: words.t("escrow.saved") });
  };
  return (
    <section class="panel">
      <h2>{words.t("escrow.hand")}</h2>
      <p>{words.t("escrow.hand.text")}</p>
      <div class="actions">
        <button type="button" onClick={save}>
          {words.t("escrow.save")}
        </button>
        <CopyButton value={text} said={words.t("app.copied")}>
          {words.t("app.copy")}
        </CopyButton>
      </div>
      <TakeDocument rental={rental} />
      {state.steps.includes("dispute") && <Dispute rental={rental} />}
    </section>
  );
}

function NoEscrow({ rental }: RentalProps) {
  const words = useWords();
  return (
    <>
      <p class="lead">{words.t("escrow.text")}</p>
      <Part rental={rental} />
      <section class="panel">
        <h2>{words.t("escrow.document")}</h2>
        <TakeDocument rental={rental} />
      </section>
    </>
  );
}

function Body({ rental }: RentalProps) {
  const { controller } = useApp();
  const state = controller.escrows.state(rental);
  if (state === null) return <NoEscrow rental={rental} />;
  return (
    <>
      <EscrowStatePanel state={state} />
      <Next rental={rental} state={state} />
      <Hand rental={rental} state={state} />
    </>
  );
}

export function EscrowView({ id }: { readonly id: string }) {
  const words = useWords();
  const rental = useSelect((state) => state.rentals.find(({ grant }) => grant.rental_id === id) ?? null);
  if (rental === null) {
    return <Empty icon="number" title={words.t("renew.unknown")} text={words.t("order.unknown.text")} />;
  }
  return (
    <>
      <p class="crumb">
        <ViewLink view={{ name: "rentals" }}>
          <Icon name="back" />
          {words.t("nav.rentals")}
        </ViewLink>
      </p>
      <div class="view-head">
        <div>
          <ViewTitle>{words.t("escrow.title")}</ViewTitle>
          <p class="soft">{visibleLine(rental.number ?? words.t("rentals.unreadable"))}</p>
        </div>
      </div>
      <div class="narrow">
        <Body rental={rental} />
      </div>
    </>
  );
}

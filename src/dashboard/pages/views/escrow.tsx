// The escrow of a rental: the renter's part for it, its document, where it stands, and what is handed to the wallet.

import { useEffect, useState } from "preact/hooks";
import { Empty, Icon, saveFile } from "../../../page-parts/index.ts";
import { type EscrowState, type StoredOrder, visibleLine } from "../../../renter/index.ts";
import { useApp, useSelect, useTask, useWords } from "../app-context.ts";
import { type HeldEscrow, heldEscrow } from "../escrow-book.ts";
import { CopyValue } from "../parts/copy-value.tsx";
import { CopyButton, Fault, ViewLink, ViewTitle } from "../parts/frame.tsx";
import { WalletFields, type WalletPart } from "../parts/wallet-fields.tsx";
import { orderedIn, problemOf } from "../words.ts";
import { stepOn, TakeDocument } from "./escrow-document.tsx";
import { EscrowStatePanel } from "./escrow-state.tsx";

interface HeldProps {
  readonly held: HeldEscrow;
}

interface StateProps extends HeldProps {
  readonly state: EscrowState;
}

const fileName = ({ file }: EscrowState): string => `escrow-${file.policy.escrowId.slice(0, 8)}.json`;

/** Public keys and an address, for whoever makes the document. */
function Part({ held }: HeldProps) {
  const { controller, words } = useApp();
  const [wallet, setWallet] = useState<WalletPart>({ key: "", address: "" });
  const [part, setPart] = useState<string | null>(null);
  const task = useTask();
  const [key, address] = [wallet.key.trim(), wallet.address.trim()];
  const make = async (): Promise<void> => setPart(controller.escrows.part(held, { key, address }));
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
      <WalletFields
        name="escrow"
        value={wallet}
        onValue={(value) => {
          setWallet(value);
          setPart(null);
        }}
      />
      <Fault fault={task.problem} />
      {part === null ? (
        <div class="actions">
          <button type="submit" disabled={task.busy || key === "" || address === ""}>
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
function Next({ held, state }: StateProps) {
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
              onClick={() => void task.run(() => stepOn(controller, words, held, { step: "agree" }))}
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

function Dispute({ held }: HeldProps) {
  const { controller, words } = useApp();
  const [text, setText] = useState("");
  const task = useTask();
  const sign = async (): Promise<void> => {
    await stepOn(controller, words, held, { step: "dispute", statement: text.trim() });
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
function Hand({ held, state }: StateProps) {
  const { controller, words } = useApp();
  const task = useTask();
  const text = held.escrow ?? "";
  const save = (): void => {
    saveFile(fileName(state), text);
    controller.tell({ kind: "done", text: words.t("escrow.saved") });
  };
  return (
    <section class="panel">
      <h2>{words.t("escrow.hand")}</h2>
      <p>{words.t(held.order === null ? "escrow.hand.text" : "escrow.hand.order")}</p>
      <Fault fault={task.problem} />
      <div class="actions">
        {held.order !== null && (
          <button
            type="button"
            disabled={task.busy}
            onClick={() => void task.run(() => stepOn(controller, words, held, { step: "take", text }))}
          >
            {words.t("escrow.send")}
          </button>
        )}
        <button type="button" onClick={save}>
          {words.t("escrow.save")}
        </button>
        <CopyButton value={text} said={words.t("app.copied")}>
          {words.t("app.copy")}
        </CopyButton>
      </div>
      <TakeDocument held={held} />
      {state.steps.includes("dispute") && <Dispute held={held} />}
    </section>
  );
}

function NoEscrow({ held }: HeldProps) {
  const words = useWords();
  return (
    <>
      <p class="lead">{words.t("escrow.text")}</p>
      <Part held={held} />
      <section class="panel">
        <h2>{words.t("escrow.document")}</h2>
        <TakeDocument held={held} />
      </section>
    </>
  );
}

function Body({ held }: HeldProps) {
  const { controller } = useApp();
  const state = controller.escrows.state(held);
  if (state === null) return <NoEscrow held={held} />;
  return (
    <>
      <EscrowStatePanel state={state} />
      <Next held={held} state={state} />
      <Hand held={held} state={state} />
    </>
  );
}

/** While the page is open, the order that the escrow pays for goes on; says what it waits for. */
function Ordered({ order }: { readonly order: StoredOrder }) {
  const { controller, words } = useApp();
  const id = order.request.order_id;
  const work = useSelect((state) => (state.work?.id === id ? state.work : null));
  const isOpen = order.ended === null && order.answer?.state !== "granted";
  useEffect(() => {
    if (isOpen) void controller.work(id);
    return () => controller.leaveOrder();
  }, [id]);
  if (order.answer?.state === "granted") return <p class="ok">{words.t("escrow.order.granted")}</p>;
  if (work?.stage === "failed" || order.ended !== null) {
    return <Fault fault={problemOf(words, work?.fault ?? null)} />;
  }
  return <p class="soft">{words.t("escrow.order.waits")}</p>;
}

export function EscrowView({ id }: { readonly id: string }) {
  const words = useWords();
  const rentals = useSelect((state) => state.rentals);
  const orders = useSelect((state) => state.orders);
  const escrows = useSelect((state) => state.escrows);
  const held = heldEscrow({ rentals, orders, escrows }, id);
  if (held === null) {
    return <Empty icon="number" title={words.t("renew.unknown")} text={words.t("order.unknown.text")} />;
  }
  const { number, order } = held;
  const ordered = order === null ? words.t("rentals.unreadable") : orderedIn(words, order.request);
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
          <p class="soft">{number === null ? ordered : visibleLine(number)}</p>
        </div>
      </div>
      <div class="narrow">
        {order !== null && <Ordered order={order} />}
        <Body held={held} />
      </div>
    </>
  );
}

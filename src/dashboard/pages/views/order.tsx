// One order: asking, paying, waiting, and the number.

import { useEffect, useState } from "preact/hooks";
import { microEmc, parseEmc, shortEmc } from "../../../base/index.ts";
import { ticketValue } from "../../../core/index.ts";
import { parseChap } from "../../../emercoin/index.ts";
import { Empty, Icon } from "../../../page-parts/index.ts";
import { type StoredOrder, visibleLine } from "../../../renter/index.ts";
import { useApp, useSelect, useTask, useWords } from "../app-context.ts";
import { CopyValue } from "../parts/copy-value.tsx";
import { CopyButton, Fault, ViewLink, ViewTitle } from "../parts/frame.tsx";
import { PayAddress } from "../parts/pay-address.tsx";
import { QrCode } from "../parts/qr-code.tsx";
import type { AskedPayment, OrderWork } from "../state.ts";
import { orderedIn, problemOf } from "../words.ts";

function PayEmc({
  payment: { address, amount, until },
}: {
  readonly payment: Extract<AskedPayment, { readonly method: "emc" }>;
}) {
  const words = useWords();
  return (
    <section class="panel pay">
      <h2>{words.t("order.pay.emc", { amount: words.decimal(amount) })}</h2>
      <p>{words.t("order.pay.emc.text")}</p>
      <p>{words.t("order.pay.until", { date: words.date(until * 1000) })}</p>
      <PayAddress words={words} address={address} amount={amount} />
    </section>
  );
}

function PayTicket({ payment: { chap } }: { readonly payment: Extract<AskedPayment, { readonly method: "randpay" }> }) {
  const { controller, words } = useApp();
  const [text, setText] = useState("");
  const task = useTask();
  const { amount, risk } = parseChap(chap);
  const meaning = {
    amount: words.decimal(shortEmc(amount)),
    risk,
    expected: words.decimal(shortEmc(ticketValue(amount, risk))),
  };
  return (
    <form
      class="panel pay"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void task.run(async () => controller.paste(text));
      }}
    >
      <h2>{words.t("order.pay.randpay")}</h2>
      <p>{words.t("order.pay.randpay.text")}</p>
      <p class="soft">{words.t("order.ticket.meaning", meaning)}</p>
      <div class="pay-ways">
        <QrCode text={chap} label={words.t("order.chap.qr")} />
        <div class="pay-values">
          <CopyValue name={words.t("order.chap")} value={chap} />
          <CopyValue name={words.t("order.command")} value={`numberbox pay ticket ${chap}`} />
        </div>
      </div>
      <div class="field">
        <label for="ticket">{words.t("order.ticket")}</label>
        <textarea
          id="ticket"
          rows={4}
          spellcheck={false}
          autocomplete="off"
          aria-describedby="ticket-note"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <p class="field-note" id="ticket-note">
          {words.t("order.ticket.help")}
        </p>
      </div>
      <Fault fault={task.problem} />
      <button type="submit" class="primary" disabled={task.busy || text.trim() === ""}>
        {words.t("order.ticket.submit")}
      </button>
    </form>
  );
}

/** Three people have to agree before anything is paid in: that is for a page of its own. */
function PayEscrow({
  payment: { rental, amount },
}: {
  readonly payment: Extract<AskedPayment, { readonly method: "escrow" }>;
}) {
  const { controller, words } = useApp();
  return (
    <section class="panel pay">
      <h2>{words.t("order.pay.escrow", { amount: words.decimal(amount) })}</h2>
      <p>{words.t("order.pay.escrow.text")}</p>
      <div class="actions">
        <button type="button" class="primary" onClick={() => controller.go({ name: "escrow", id: rental })}>
          {words.t("order.pay.escrow.open")}
        </button>
      </div>
    </section>
  );
}

function Pay({ payment }: { readonly payment: AskedPayment }) {
  switch (payment.method) {
    case "emc":
      return <PayEmc payment={payment} />;
    case "randpay":
      return <PayTicket key={payment.chap} payment={payment} />;
    case "escrow":
      return <PayEscrow payment={payment} />;
  }
}

function Received({ work }: { readonly work: OrderWork }) {
  const words = useWords();
  const { due, received, lastTicket } = work;
  if (due === null || received === null || parseEmc(due) === microEmc(0)) return null;
  const values = { received: words.decimal(shortEmc(parseEmc(received))), due: words.decimal(shortEmc(parseEmc(due))) };
  return (
    <p class="soft" role="status">
      {words.t("order.received", values)}
      {lastTicket !== null && ` ${words.t(`order.${lastTicket}`)}`}
    </p>
  );
}

const GRANTED = { rental: "granted", renew: "renewed", upgrade: "upgraded", cancel: "renewed" } as const;

function Granted({ order }: { readonly order: StoredOrder }) {
  const { controller, words } = useApp();
  const id = order.answer?.rental_id ?? null;
  const rental = useSelect((state) => state.rentals.find(({ grant }) => grant.rental_id === id) ?? null);
  const number = rental?.number ?? null;
  const kind = GRANTED[order.request.change?.kind ?? "rental"];
  return (
    <section class="panel granted" role="status">
      <Icon name="ready" />
      <h2>{words.t(`order.${kind}`)}</h2>
      {number !== null && <p class="big-number">{visibleLine(number)}</p>}
      {rental !== null && (
        <p class="soft">{words.t("order.until", { date: words.date(rental.grant.expires_at * 1000) })}</p>
      )}
      <p>{words.t(`order.${kind}.text`)}</p>
      <div class="actions">
        {number !== null && (
          <CopyButton value={number} said={words.t("rentals.number_copied")}>
            {words.t("rentals.copy")}
          </CopyButton>
        )}
        {kind === "upgraded" ? (
          <button type="button" class="primary" onClick={() => controller.go({ name: "rentals" })}>
            {words.t("nav.rentals")}
          </button>
        ) : (
          <button type="button" class="primary" onClick={() => controller.go({ name: "inbox" })}>
            {words.t("order.to_inbox")}
          </button>
        )}
      </div>
    </section>
  );
}

function Waiting({ stage }: { readonly stage: "asking" | "waiting" }) {
  const words = useWords();
  return (
    <section class="panel waiting" role="status">
      <Icon name="starting" />
      <h2>{words.t(`order.${stage}`)}</h2>
      <p class="soft">{words.t(`order.${stage}.text`)}</p>
    </section>
  );
}

function Failed({ work }: { readonly work: OrderWork }) {
  const { controller, words } = useApp();
  return (
    <section class="panel">
      <h2>{words.t("order.failed")}</h2>
      <Fault fault={problemOf(words, work.fault)} />
      <div class="actions">
        <button type="button" onClick={() => void controller.work(work.id)}>
          {words.t("order.again")}
        </button>
        <button type="button" class="quiet" onClick={() => controller.go({ name: "browse" })}>
          {words.t("nav.browse")}
        </button>
      </div>
    </section>
  );
}

function Step({ work, order }: { readonly work: OrderWork; readonly order: StoredOrder }) {
  const { stage, payment } = work;
  switch (stage) {
    case "asking":
    case "waiting":
      return <Waiting stage={stage} />;
    case "paying":
      if (payment === null) return <Waiting stage="waiting" />;
      return <Pay payment={payment} />;
    case "granted":
      return <Granted order={order} />;
    case "failed":
      return <Failed work={work} />;
  }
}

export function Order({ id }: { readonly id: string }) {
  const { controller, words } = useApp();
  const order = useSelect((state) => state.orders.find(({ request }) => request.order_id === id) ?? null);
  const work = useSelect((state) => (state.work?.id === id ? state.work : null));
  useEffect(() => {
    if (order !== null) void controller.work(id);
    return () => controller.leaveOrder();
  }, [id]);
  if (order === null) {
    return <Empty icon="number" title={words.t("order.unknown")} text={words.t("order.unknown.text")} />;
  }
  return (
    <>
      <p class="crumb">
        <ViewLink view={{ name: "listing", id: order.request.listing_id }}>
          <Icon name="back" />
          {words.t("listing.title", { id: order.request.listing_id })}
        </ViewLink>
      </p>
      <div class="view-head">
        <div>
          <ViewTitle>{words.t("order.title")}</ViewTitle>
          <p class="soft">{orderedIn(words, order.request)}</p>
        </div>
      </div>
      <div class="narrow">
        {work === null ? <Waiting stage="asking" /> : <Step work={work} order={order} />}
        {work !== null && work.stage !== "granted" && <Received work={work} />}
      </div>
    </>
  );
}

// Calls that are over, newest first, page by page. Nobody's number is in them.

import { useState } from "preact/hooks";
import { Icon } from "../../../page-parts/index.ts";
import { type CallRecordView, callHistoryReply } from "../../../protocol/index.ts";
import { useWords } from "../app-context.ts";
import { Fault } from "../parts/fault.tsx";
import { useResource } from "../parts/use-resource.ts";

const EVERY = 10_000;
const PAGE = 25;

interface HistoryProps {
  readonly nameOf: (line: string) => string;
}

function Receipt({ has }: { readonly has: boolean }) {
  const words = useWords();
  if (!has) return <span class="soft">{words.t("calls.receipt.no")}</span>;
  return (
    <span class="call-receipt">
      <Icon name="ready" />
      {words.t("calls.receipt.yes")}
    </span>
  );
}

function Row({ record, nameOf }: HistoryProps & { readonly record: CallRecordView }) {
  const words = useWords();
  const { direction, line, started_at: at, answered_at: answered, duration, cause, receipt } = record;
  return (
    <tr>
      <th scope="row">{words.date(at)}</th>
      <td data-label={words.t("calls.direction")}>{words.t(`calls.direction.${direction}`)}</td>
      <td data-label={words.t("lines.number")}>{nameOf(line)}</td>
      <td data-label={words.t("calls.duration")} class="figure">
        {answered === null ? "–" : words.clock(duration * 1000)}
      </td>
      <td data-label={words.t("calls.cause")}>{words.find(`calls.cause.${cause}`) ?? cause}</td>
      <td data-label={words.t("calls.receipt")}>
        <Receipt has={receipt} />
      </td>
    </tr>
  );
}

function Records({ records, nameOf }: HistoryProps & { readonly records: readonly CallRecordView[] }) {
  const words = useWords();
  return (
    <table class="wide-table">
      <thead>
        <tr>
          <th scope="col">{words.t("calls.at")}</th>
          <th scope="col">{words.t("calls.direction")}</th>
          <th scope="col">{words.t("lines.number")}</th>
          <th scope="col" class="figure">
            {words.t("calls.duration")}
          </th>
          <th scope="col">{words.t("calls.cause")}</th>
          <th scope="col">{words.t("calls.receipt")}</th>
        </tr>
      </thead>
      <tbody>
        {records.map((record) => (
          <Row key={record.id} {...{ record, nameOf }} />
        ))}
      </tbody>
    </table>
  );
}

export function CallHistory({ nameOf }: HistoryProps) {
  const words = useWords();
  const [after, setAfter] = useState(0);
  const { value, fault } = useResource(callHistoryReply, `/api/v1/calls/history?after=${after}&limit=${PAGE}`, EVERY);
  const next = value?.next ?? 0;
  return (
    <section class="call-part" aria-labelledby="calls-history">
      <h2 id="calls-history">{words.t("calls.history")}</h2>
      <Fault fault={fault} />
      {value?.calls.length === 0 && <p class="soft">{words.t("calls.history.none")}</p>}
      {value !== null && value.calls.length > 0 && <Records records={value.calls} nameOf={nameOf} />}
      <div class="event-pages">
        {after !== 0 && (
          <button type="button" class="small" onClick={() => setAfter(0)}>
            {words.t("calls.newest")}
          </button>
        )}
        {next !== 0 && (
          <button type="button" class="small" onClick={() => setAfter(next)}>
            {words.t("calls.older")}
          </button>
        )}
      </div>
    </section>
  );
}

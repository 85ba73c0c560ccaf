// The audit trail, newest first.

import { useState } from "preact/hooks";
import { type AuditRowView, auditReply } from "../../../shared/accounts.ts";
import { useWords } from "../../app-context.ts";
import { Fault } from "../../parts/fault.tsx";
import { useResource } from "../../parts/use-resource.ts";
import { Panel } from "./panel.tsx";

const PAGE = 50;

function AuditRow({ row }: { readonly row: AuditRowView }) {
  const words = useWords();
  const what = [row.operation, row.target, row.note].filter((part) => part !== null && part !== "").join(" · ");
  return (
    <tr class={row.status >= 400 ? "audit-refused" : undefined}>
      <td>{words.date(row.at)}</td>
      <td>{row.actor === "" ? words.t("access.audit.stranger") : row.actor}</td>
      <td class="audit-what">{what}</td>
      <td>{row.address}</td>
      <td>{row.code ?? row.status}</td>
    </tr>
  );
}

const COLUMNS = ["when", "who", "what", "from", "result"] as const;

export function AuditList() {
  const words = useWords();
  const [before, setBefore] = useState<number | null>(null);
  const path = `/api/v1/audit?limit=${PAGE}${before === null ? "" : `&before=${before}`}`;
  const { value, fault } = useResource(auditReply, path);
  const next = value?.next ?? null;
  return (
    <Panel id="audit" title={words.t("access.audit")} text={words.t("access.audit.text")}>
      {value !== null && value.rows.length === 0 && <p class="access-none">{words.t("access.audit.none")}</p>}
      {value !== null && value.rows.length > 0 && (
        // The table may be wider than a phone: its keyboard users scroll it too.
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must take the focus
        <section class="audit-scroll" tabIndex={0} aria-label={words.t("access.audit.rows")}>
          <table class="audit">
            <thead>
              <tr>
                {COLUMNS.map((column) => (
                  <th key={column} scope="col">
                    {words.t(`access.audit.${column}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {value.rows.map((row) => (
                <AuditRow key={row.seq} row={row} />
              ))}
            </tbody>
          </table>
        </section>
      )}
      {next !== null && (
        <button type="button" class="small" onClick={() => setBefore(next)}>
          {words.t("access.audit.more")}
        </button>
      )}
      <Fault fault={fault} />
    </Panel>
  );
}

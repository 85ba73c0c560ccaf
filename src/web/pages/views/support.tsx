// What support wants to see, each part readable before anything leaves the box.

import { useState } from "preact/hooks";
import { saveFile } from "../../../page-parts/index.ts";
import type { SupportView } from "../../../protocol/index.ts";
import { backupApi } from "../api-backup.ts";
import { useWords } from "../app-context.ts";
import { Fault } from "../parts/fault.tsx";
import { useTask } from "../parts/use-task.ts";

const textOf = (value: unknown): string => JSON.stringify(value, null, 2);

export function Support() {
  const words = useWords();
  const [bundle, setBundle] = useState<SupportView | null>(null);
  const { busy, problem, run } = useTask();
  const look = (): void => void run(async () => setBundle(await backupApi.support()));
  return (
    <div class="rentals">
      <header class="view-head">
        <h1>{words.t("nav.support")}</h1>
      </header>
      <section class="panel">
        <p>{words.t("support.text")}</p>
        <div class="panel-row">
          <button type="button" disabled={busy} onClick={look}>
            {words.t(busy ? "support.busy" : "support.look")}
          </button>
          {bundle !== null && (
            <button
              type="button"
              class="primary"
              onClick={() => saveFile(`numberbox-support-${bundle.made_at}.json`, textOf(bundle))}
            >
              {words.t("support.save")}
            </button>
          )}
        </div>
        <Fault fault={problem} />
      </section>
      {bundle?.parts.map(({ id, content }) => (
        <details key={id} class="panel support-part">
          <summary>{words.find(`support.part.${id}`) ?? id}</summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
          <pre tabIndex={0} class="publish-value">
            {textOf(content)}
          </pre>
        </details>
      ))}
    </div>
  );
}

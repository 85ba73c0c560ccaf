// How a device comes to trust the box's own certificate. Reached without a sign-in, also over plain http.

import { Mark } from "../../../page-parts/index.ts";
import { certificateReply } from "../../shared/accounts.ts";
import { useWords } from "../app-context.ts";
import { Fault } from "../parts/fault.tsx";
import { useResource } from "../parts/use-resource.ts";

const SYSTEMS = [
  ["Android", "android"],
  ["iPhone, iPad", "ios"],
  ["Windows", "windows"],
  ["macOS", "macos"],
  ["Linux", "linux"],
] as const;

export function Trust() {
  const words = useWords();
  const { value, fault } = useResource(certificateReply, "/api/v1/certificate");
  return (
    <main class="entrance">
      <div class="entrance-card trust">
        <Mark />
        <h1>{words.t("trust.title")}</h1>
        <Fault fault={fault} />
        {value !== null && value.authority === null && <p>{words.t("trust.none")}</p>}
        {value !== null && value.authority !== null && (
          <>
            <p>{words.t("trust.text")}</p>
            <a class="file primary wide" href="/ca.crt" download>
              {words.t("trust.download")}
            </a>
            <p>{words.t("trust.compare")}</p>
            <code class="secret-text">{value.authority}</code>
            <dl class="trust-systems">
              {SYSTEMS.map(([name, id]) => (
                <div key={id}>
                  <dt>{name}</dt>
                  <dd>{words.t(`trust.${id}`)}</dd>
                </div>
              ))}
            </dl>
          </>
        )}
      </div>
    </main>
  );
}

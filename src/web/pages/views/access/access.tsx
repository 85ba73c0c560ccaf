// Who and what may come in: people, programs, open sessions, and what they did.

import { useWords } from "../../app-context.ts";
import { ViewLink } from "../../parts/view-link.tsx";
import { AuditList } from "./audit-list.tsx";
import { SessionList } from "./session-list.tsx";
import { TokenList } from "./token-list.tsx";
import { UserList } from "./user-list.tsx";

export function Access() {
  const words = useWords();
  return (
    <div class="access">
      <header class="view-head">
        <h1>{words.t("access.title")}</h1>
        <ViewLink view="trust">{words.t("nav.trust")}</ViewLink>
      </header>
      <div class="access-panels access-panels-wide">
        <UserList />
        <TokenList />
        <SessionList all={true} />
        <AuditList />
      </div>
    </div>
  );
}

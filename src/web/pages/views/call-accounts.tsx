// SIP accounts of rentals, and the phones that are registered with each.

import { type SipAccountView, sipAccountsReply } from "../../../protocol/index.ts";
import { useWords } from "../app-context.ts";
import { Fault } from "../parts/fault.tsx";
import { type Resource, useResource } from "../parts/use-resource.ts";

const EVERY = 5000;

type Accounts = Resource<{ readonly accounts: readonly SipAccountView[] }>;

export const useAccounts = (): Accounts => useResource(sipAccountsReply, "/api/v1/sip/accounts", EVERY);

function Phones({ phones }: Pick<SipAccountView, "phones">) {
  const words = useWords();
  if (phones.length === 0) return <span class="soft">{words.t("calls.phone.none")}</span>;
  return (
    <ul class="call-phones">
      {phones.map(({ agent, transport, expires_at: until }) => (
        <li key={`${agent} ${transport} ${until}`}>
          {agent ?? words.t("calls.phone.unnamed")}{" "}
          <span class="soft">
            {transport.toUpperCase()} · {words.t("rentals.until", { date: words.date(until) })}
          </span>
        </li>
      ))}
    </ul>
  );
}

interface RowProps {
  readonly account: SipAccountView;
  readonly nameOf: (line: string) => string;
  /** Null for who may not. */
  readonly onRenew: ((account: SipAccountView) => void) | null;
}

function Row({ account, nameOf, onRenew }: RowProps) {
  const words = useWords();
  const { rental, line, user, rotation, phones } = account;
  const name = nameOf(line);
  const what = words.t("calls.renew");
  return (
    <tr data-account={rental}>
      <th scope="row" class="line-number">
        {name}
      </th>
      <td data-label={words.t("calls.user")}>
        <code>{user}</code>
      </td>
      <td data-label={words.t("calls.account.phones")}>
        <Phones phones={phones} />
      </td>
      <td data-label={words.t("calls.rotation")} class="figure">
        {words.number(rotation)}
      </td>
      {onRenew !== null && (
        <td class="call-do">
          <button
            type="button"
            class="small"
            aria-label={words.t("webhooks.of", { what, name })}
            onClick={() => onRenew(account)}
          >
            {what}
          </button>
        </td>
      )}
    </tr>
  );
}

export interface CallAccountsProps extends Pick<RowProps, "nameOf" | "onRenew"> {
  readonly accounts: Accounts;
  /** What was done last, in words. */
  readonly said: string;
}

export function CallAccounts({ accounts, said, nameOf, onRenew }: CallAccountsProps) {
  const words = useWords();
  const { value, fault } = accounts;
  return (
    <section class="call-part" aria-labelledby="calls-accounts">
      <h2 id="calls-accounts">{words.t("calls.accounts")}</h2>
      <Fault fault={fault} />
      <p class="call-said" role="status">
        {said}
      </p>
      {value?.accounts.length === 0 && <p class="soft">{words.t("calls.accounts.none")}</p>}
      {value !== null && value.accounts.length > 0 && (
        <table class="wide-table">
          <thead>
            <tr>
              <th scope="col">{words.t("lines.number")}</th>
              <th scope="col">{words.t("calls.user")}</th>
              <th scope="col">{words.t("calls.account.phones")}</th>
              <th scope="col" class="figure">
                {words.t("calls.rotation")}
              </th>
              {onRenew !== null && (
                <th scope="col">
                  <span class="hidden">{words.t("rentals.actions")}</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {value.accounts.map((account) => (
              <Row key={account.rental} {...{ account, nameOf, onRenew }} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

// What is known of a slot, grouped by whom one would ask about it: the number, the network, the SIM, the modem.

import type { SlotView } from "../../../protocol/index.ts";
import { useSelect, useWords } from "../app-context.ts";
import { describeTechnology } from "../describe.ts";
import { Battery } from "../parts/battery.tsx";
import { Fact, FactGroup } from "../parts/fact.tsx";
import { IdentityValue } from "../parts/identity.tsx";
import { Signal } from "../parts/signal.tsx";
import { Storage } from "./slot-bits.tsx";
import { SlotNumber } from "./slot-number.tsx";

interface SlotProps {
  readonly slot: SlotView;
}

function Network({ slot }: SlotProps) {
  const words = useWords();
  const { operator, mcc_mnc: code, registration } = slot;
  const technology = describeTechnology(words, slot.technology);
  // The generation people know, and the technology's own name where that says more.
  const own = slot.technology?.replaceAll("_", " ").toUpperCase() ?? "";
  return (
    <FactGroup title={words.t("facts.network")}>
      <dl>
        <Fact name={words.t("fact.operator")}>
          {operator === null && code === null ? null : (
            <>
              {operator} {code !== null && <span class="fact-aside">{code}</span>}
            </>
          )}
        </Fact>
        <Fact name={words.t("fact.registration")}>
          {registration === null ? null : (words.find(`registration.${registration}`) ?? registration)}
        </Fact>
        <Fact name={words.t("fact.technology")}>
          {technology === null ? null : (
            <>
              {technology} {own !== technology && <span class="fact-aside">{own}</span>}
            </>
          )}
        </Fact>
        <Fact name={words.t("slot.signal")}>{slot.signal_dbm === null ? null : <Signal dbm={slot.signal_dbm} />}</Fact>
      </dl>
    </FactGroup>
  );
}

function Balance({ balance }: { readonly balance: NonNullable<SlotView["balance"]> }) {
  const words = useWords();
  const ago = useSelect((state) => words.ago(state.now - balance.at));
  return (
    <>
      {[balance.amount, balance.currency].filter((part) => part !== null).join(" ")}{" "}
      <span class="fact-aside">{ago}</span>
    </>
  );
}

function Identity({ name, value }: { readonly name: string; readonly value: string | null }) {
  return <Fact name={name}>{value === null ? null : <IdentityValue name={name} value={value} />}</Fact>;
}

function Sim({ slot }: SlotProps) {
  const words = useWords();
  return (
    <FactGroup title={words.t("facts.sim")}>
      <dl>
        <Identity name={words.t("fact.iccid")} value={slot.iccid} />
        <Identity name={words.t("fact.imsi")} value={slot.imsi} />
        <Fact name={words.t("fact.provider")}>{slot.provider}</Fact>
        <Fact name={words.t("fact.own_number")}>{slot.own_number}</Fact>
        <Fact name={words.t("slot.storage")}>
          {slot.sms_storage === null ? null : <Storage storage={slot.sms_storage} />}
        </Fact>
        <Fact name={words.t("fact.balance")}>{slot.balance === null ? null : <Balance balance={slot.balance} />}</Fact>
      </dl>
    </FactGroup>
  );
}

function Modem({ slot }: SlotProps) {
  const words = useWords();
  return (
    <FactGroup title={words.t(`slot.kind.${slot.kind}`)}>
      <dl>
        <Fact name={words.t("fact.model")}>
          {[slot.manufacturer, slot.model].filter((part) => part !== null).join(" ")}
        </Fact>
        <Fact name={words.t("fact.firmware")}>{slot.firmware === null ? null : <code>{slot.firmware}</code>}</Fact>
        {slot.kind === "modem" && (
          <>
            <Fact name={words.t("fact.profile")}>{slot.profile === null ? null : <code>{slot.profile}</code>}</Fact>
            <Identity name={words.t("fact.imei")} value={slot.imei} />
          </>
        )}
        {slot.battery !== null && (
          <Fact name={words.t("phone.battery")}>
            <Battery battery={slot.battery} />
          </Fact>
        )}
      </dl>
    </FactGroup>
  );
}

export function SlotFacts({ slot }: SlotProps) {
  const words = useWords();
  return (
    <section class="facts" aria-labelledby="facts-title">
      <h2 id="facts-title" class="hidden">
        {words.t("facts.title")}
      </h2>
      <SlotNumber slot={slot} />
      {slot.kind !== "smpp" && <Network slot={slot} />}
      {slot.kind === "modem" && <Sim slot={slot} />}
      <Modem slot={slot} />
    </section>
  );
}

// Who the modem and its card are (TS 27.007 5).

import type { Behaviour } from "./behaviour.ts";
import { type Handler, needsCard, report, tableBehaviour } from "./handlers.ts";

export function identityBehaviour(): Behaviour {
  const manufacturer = report(({ modem }) => [modem.identity.manufacturer]);
  const model = report(({ modem }) => [modem.identity.model]);
  const revision = report(({ modem }) => [modem.identity.revision]);
  const iccid: Handler = (context, command) => {
    // Readable without the PIN (TS 31.102 4.2.2: access always).
    if (context.modem.card === undefined) context.fail({ cme: 10 });
    else if (command.kind !== "test") context.info(`${command.name}: ${context.modem.card.identity.iccid}`);
  };
  return tableBehaviour("identity", {
    "+CGMI": manufacturer,
    "+GMI": manufacturer,
    "+CGMM": model,
    "+GMM": model,
    "+CGMR": revision,
    "+GMR": revision,
    "+CGSN": serialNumber,
    "+GSN": report(({ modem }) => [modem.identity.imei]),
    "+GCAP": report(() => ["+GCAP: +CGSM"]),
    "+CIMI": needsCard(
      "cme",
      report(({ modem }) => (modem.card === undefined ? [] : [modem.card.identity.imsi])),
    ),
    "+CNUM": needsCard(
      "cme",
      report(({ modem }) => (modem.card === undefined ? [] : [`+CNUM: ,"${modem.card.identity.number}",145`])),
    ),
    "+CRSM": simFile,
    "+CCID": iccid,
    "+ICCID": iccid,
  });
}

/** EF_ICCID holds the low digit of each octet first, padded with F (TS 102 221 13.2). */
export function swappedIccid(iccid: string): string {
  return iccid.padEnd(20, "F").replace(/(.)(.)/g, "$2$1");
}

/** READ BINARY (TS 27.007 8.18) of EF_ICCID, EF_SPN and EF_AD; any other file is not there (6A82, TS 102 221 10.2.1.5.3). */
const simFile: Handler = (context, command) => {
  const { card } = context.modem;
  if (card === undefined) return context.fail({ cme: 10 });
  if (command.kind !== "set") return;
  const files: Readonly<Record<string, string>> = {
    "12258": swappedIccid(card.identity.iccid),
    "28486": `01${Buffer.from("Testnet").toString("hex")}`.padEnd(34, "f").toUpperCase(),
    "28589": "00000002",
  };
  const [action, file = ""] = command.values;
  const data = action === "176" ? files[file] : undefined;
  context.info(data === undefined ? "+CRSM: 106,130" : `+CRSM: 144,0,"${data}"`);
};

/** TS 27.007 5.4: the bare serial number, or with 1 the IMEI behind a prefix. */
const serialNumber: Handler = (context, command) => {
  const { imei } = context.modem.identity;
  if (command.kind === "test") context.info("+CGSN: (0,1)");
  else if (command.kind === "set" && command.values[0] === "1") context.info(`+CGSN: "${imei}"`);
  else if (command.kind === "set" && command.values[0] !== "0") context.fail({ cme: 50 });
  else context.info(imei);
};

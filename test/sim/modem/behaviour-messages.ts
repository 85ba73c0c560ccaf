// Reading, deleting, sending and acknowledging messages, in PDU mode (TS 27.005 3.4, 3.5 and 4).

import type { Behaviour, CommandContext } from "./behaviour.ts";
import { wholeNumber } from "./command-line.ts";
import { type Handler, needsCard, tableBehaviour } from "./handlers.ts";
import type { Memory, StoredMessage } from "./message-store.ts";
import { parsePduText, pduText, tpduLength } from "./pdu-face.ts";

/** Status 4 of +CMGL: all of them. */
const ALL = 4;

export function messageBehaviour(): Behaviour {
  let reference = 0;
  return tableBehaviour("messages", {
    "+CMGL": needsCard("cms", list),
    "+CMGR": needsCard("cms", read),
    "+CMGD": needsCard("cms", remove),
    "+CMGS": needsCard(
      "cms",
      send(() => {
        reference = (reference + 1) % 256;
        return reference;
      }),
    ),
    "+CNMA": acknowledge,
  });
}

/** The memory that is read and deleted from. */
function readMemory(context: CommandContext): Memory | undefined {
  return context.modem.memories.get(context.modem.settings.memories[0]);
}

const list: Handler = (context, command) => {
  if (command.kind === "test") return context.info("+CMGL: (0-4)");
  const status = wholeNumber(command.values[0], { min: 0, max: ALL, fallback: 0 });
  if (status === undefined || command.kind === "read") return context.fail({ cms: 302 });
  for (const [index, message] of readMemory(context)?.entries() ?? []) {
    if (status !== ALL && message.status !== status) continue;
    context.info(`+CMGL: ${index},${message.status},,${tpduLength(message.pdu)}`, pduText(message.pdu));
    noteRead(context, index, message);
  }
};

const read: Handler = (context, command) => {
  if (command.kind === "test") return;
  const index = wholeNumber(command.values[0], { min: 0, max: 65_535 });
  const message = index === undefined ? undefined : readMemory(context)?.get(index);
  if (index === undefined || message === undefined) return context.fail({ cms: 321 });
  context.info(`+CMGR: ${message.status},,${tpduLength(message.pdu)}`, pduText(message.pdu));
  noteRead(context, index, message);
};

function noteRead(context: CommandContext, index: number, message: StoredMessage): void {
  if (message.status === 0) message.status = 1;
  const { journal, settings } = context.modem;
  journal.record("read", { id: message.id, part: message.part, memory: settings.memories[0], index });
}

/** Flag 1 to 4 (TS 27.005 3.5.4): which states are deleted, whatever their place. */
const DELETED_BY_FLAG: Readonly<Record<number, readonly number[]>> = {
  1: [1],
  2: [1, 3],
  3: [1, 2, 3],
  4: [0, 1, 2, 3],
};

const remove: Handler = (context, command) => {
  const memory = readMemory(context);
  if (memory === undefined) return context.fail({ cms: 310 });
  if (command.kind === "test") {
    const used = memory.entries().map(([index]) => index);
    return context.info(`+CMGD: (${used.join(",")}),(0-4)`);
  }
  const index = wholeNumber(command.values[0], { min: 0, max: memory.capacity });
  const flag = wholeNumber(command.values[1], { min: 0, max: 4, fallback: 0 });
  if (index === undefined || flag === undefined || (flag === 0 && index === 0)) return context.fail({ cms: 321 });
  const states = DELETED_BY_FLAG[flag];
  // An empty place is deleted with success, as most firmware does: a host that repeats a deletion is not told of an error.
  const places =
    states === undefined ? [index] : memory.entries().flatMap(([at, m]) => (states.includes(m.status) ? [at] : []));
  for (const place of places) removeOne(context, memory, place);
  context.modem.sms.pump();
};

function removeOne(context: CommandContext, memory: Memory, index: number): void {
  const message = memory.remove(index);
  if (message === undefined) return;
  const { journal, settings } = context.modem;
  journal.record("deleted", { id: message.id, part: message.part, memory: settings.memories[0], index });
}

function send(nextReference: () => number): Handler {
  return (context, command) => {
    const { modem } = context;
    if (command.kind === "test") return;
    const length = wholeNumber(command.values[0], { min: 1, max: 255 });
    if (length === undefined) return context.fail({ cms: 304 });
    context.prompt((text) => {
      // ESC gives the message up, and that is a success (TS 27.005 3.5.1).
      if (text === undefined) return;
      const pdu = parsePduText(text);
      if (pdu === undefined || tpduLength(pdu) !== length) return context.fail({ cms: 304 });
      if (!modem.radio.registered) return context.fail({ cms: 331 });
      const reference = nextReference();
      modem.journal.record("sent", { index: reference });
      modem.events.emit("submitted", { pdu, reference });
      context.info(`+CMGS: ${reference}`);
    });
  };
}

/** Phase 2+ only (TS 27.005 3.4.4). 0 and 1 accept, 2 refuses, for which a host may prompt for a PDU; none is taken here. */
const acknowledge: Handler = (context, command) => {
  const { modem } = context;
  if (command.kind === "test") return context.info("+CNMA: (0-2)");
  const answer = wholeNumber(command.values[0], { min: 0, max: 2, fallback: 0 });
  if (answer === undefined) return context.fail({ cms: 302 });
  if (modem.settings.csms !== 1 || !modem.sms.acknowledge(answer < 2)) context.fail({ cms: 340 });
};

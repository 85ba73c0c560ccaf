// One connection to a gateway: frames and answers its PDUs, and tells the slot's machine what it decides on.

import { type Logger, type Millis, millis, type Secret } from "../base/index.ts";
import type { IntakeTicket } from "../core/index.ts";
import { Answers } from "./answers.ts";
import type { Deliveries } from "./deliveries.ts";
import { BAD_LENGTH, bindFault, CLOSED } from "./faults.ts";
import { PduFramer, type RawPdu } from "./framer.ts";
import type { GatewayLink } from "./gateway-link.ts";
import { COMMAND, RESPONSE, responseTo, STATUS } from "./numbers.ts";
import { type BindAnswer, EMPTY_ID, encodeBind, encodePdu, readBindAnswer } from "./pdu.ts";
import type { BindMode, SmppInput } from "./smpp-state.ts";

export interface SessionDeps {
  readonly link: GatewayLink;
  readonly deliveries: Deliveries;
  readonly log: Logger;
  readonly takesMessages: () => boolean;
  readonly onInput: (input: SmppInput) => void;
  /** Called with what the gateway says of itself. */
  readonly onBound: (answer: BindAnswer) => void;
  /** Messages of this session whose answers may never have arrived. */
  readonly onDoubt: (tickets: readonly IntakeTicket[]) => void;
}

/** Messages that are under way may fill so much memory before nothing more is read from the connection. */
const MAX_UNDER_WAY_BYTES = 1024 * 1024;
const MAX_SEQUENCE = 0x7fffffff;
/** For the gateway to read our last words after the connection was ended. */
export const LINGER: Millis = millis(500);

export class SmppSession {
  readonly #deps: SessionDeps;
  readonly #framer = new PduFramer();
  readonly #answers = new Answers();
  readonly #closed = Promise.withResolvers<void>();
  #sequence = 0;
  /** Sequence numbers of what waits for an answer. */
  readonly #asked: { bind: number | null; enquire: number | null; unbind: number | null } = {
    bind: null,
    enquire: null,
    unbind: null,
  };
  /** Of the gateway's unbind, while it is not answered. */
  #unbindSequence: number | null = null;
  #underWayBytes = 0;
  #paused = false;
  #ended = false;

  constructor(deps: SessionDeps) {
    this.#deps = deps;
  }

  /** Resolves when the connection is gone. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  start(): void {
    this.#deps.link.listen({
      data: (chunk) => this.#onData(chunk),
      closed: () => {
        this.#closed.resolve();
        this.#tell({ type: "failed", fault: CLOSED });
      },
    });
  }

  bind(mode: BindMode, account: { systemId: string; password: Secret<string>; systemType: string }): void {
    const id = mode === "receiver" ? COMMAND.bindReceiver : COMMAND.bindTransceiver;
    this.#asked.bind = this.#ask(id, encodeBind({ ...account, password: account.password.reveal() }));
  }

  enquire(): void {
    this.#answers.enquired();
    this.#asked.enquire = this.#ask(COMMAND.enquireLink);
  }

  /** Messages whose answers have arrived for certain, now that the enquire_link was answered. */
  arrived(): readonly IntakeTicket[] {
    return this.#answers.arrived();
  }

  unbind(): void {
    this.#asked.unbind = this.#ask(COMMAND.unbind);
  }

  /** To the gateway's unbind. */
  answerUnbind(): void {
    if (this.#unbindSequence !== null) this.#write(responseTo(COMMAND.unbind), this.#unbindSequence);
    this.#unbindSequence = null;
  }

  /** Says nothing more to the machine; what was written still goes out. Idempotent. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    const { link, deliveries, log, onDoubt } = this.#deps;
    onDoubt(this.#answers.leave());
    if (deliveries.receipts > 0) log.info("delivery_receipts_ignored", { receipts: deliveries.receipts });
    link.resume();
    link.end();
  }

  destroy(): void {
    this.#deps.link.destroy();
  }

  #tell(input: SmppInput): void {
    if (!this.#ended) this.#deps.onInput(input);
  }

  #ask(id: number, body?: Uint8Array): number {
    this.#sequence = this.#sequence === MAX_SEQUENCE ? 1 : this.#sequence + 1;
    this.#deps.link.write(encodePdu({ id, sequence: this.#sequence, ...(body === undefined ? {} : { body }) }));
    return this.#sequence;
  }

  #write(id: number, sequence: number, rest: { readonly status?: number; readonly body?: Uint8Array } = {}): void {
    this.#deps.link.write(encodePdu({ id, sequence, ...rest }));
  }

  #onData(chunk: Uint8Array): void {
    for (const frame of this.#framer.push(chunk)) {
      if (this.#ended) return;
      if (frame.kind === "pdu") this.#onPdu(frame.pdu);
      else {
        this.#write(COMMAND.genericNack, 0, { status: STATUS.invalidCommandLength });
        this.#tell({ type: "failed", fault: BAD_LENGTH });
      }
    }
  }

  #onPdu(pdu: RawPdu): void {
    switch (pdu.id) {
      case COMMAND.deliverSm:
      case COMMAND.dataSm:
        return this.#onMessage(pdu);
      case COMMAND.enquireLink:
        return this.#write(responseTo(pdu.id), pdu.sequence);
      case COMMAND.unbind:
        this.#unbindSequence = pdu.sequence;
        return this.#tell({ type: "gateway_unbinds" });
      case COMMAND.alertNotification:
        // Tells that a phone is in reach again; wants no answer (4.12.1).
        return;
      default:
        if (pdu.id >= RESPONSE) return this.#onAnswer(pdu);
        return this.#write(COMMAND.genericNack, pdu.sequence, { status: STATUS.invalidCommand });
    }
  }

  #onAnswer({ id, status, sequence, body }: RawPdu): void {
    const { bind, enquire, unbind } = this.#asked;
    // A generic_nack answers whatever it has the number of; one to a bind may carry none.
    const answers = (asked: number | null, command: number): boolean =>
      asked === sequence && (id === responseTo(command) || id === COMMAND.genericNack);
    if (bind !== null && (id === COMMAND.genericNack || sequence === bind)) {
      this.#asked.bind = null;
      if (status !== STATUS.ok || id === COMMAND.genericNack) {
        return this.#tell({ type: "failed", fault: bindFault(status) });
      }
      this.#deps.onBound(readBindAnswer(body));
      return this.#tell({ type: "bind_accepted" });
    }
    if (answers(enquire, COMMAND.enquireLink)) {
      this.#asked.enquire = null;
      return this.#tell({ type: "link_answered" });
    }
    if (answers(unbind, COMMAND.unbind)) this.#tell({ type: "unbind_answered" });
  }

  #onMessage(pdu: RawPdu): void {
    const respond = (status: number): void => this.#write(responseTo(pdu.id), pdu.sequence, { status, body: EMPTY_ID });
    if (!this.#deps.takesMessages()) return respond(STATUS.tryAgain);
    this.#tell({ type: "delivery" });
    this.#hold(pdu.body.length);
    void this.#deps.deliveries.take(pdu).then(({ status, ticket }) => {
      this.#hold(-pdu.body.length);
      if (this.#ended) return this.#deps.onDoubt(ticket === null ? [] : [ticket]);
      respond(status);
      if (ticket !== null) this.#answers.written(ticket);
      this.#tell({ type: "settled" });
    });
  }

  #hold(bytes: number): void {
    this.#underWayBytes += bytes;
    const full = this.#underWayBytes > MAX_UNDER_WAY_BYTES;
    if (full === this.#paused || this.#ended) return;
    this.#paused = full;
    if (full) this.#deps.link.pause();
    else this.#deps.link.resume();
  }
}

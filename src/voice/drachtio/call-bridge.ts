// One call through the edge: an INVITE that came in, the legs that it was forked to, and, once a leg was answered, the two dialogs that
// are tied together. Sound goes past the edge: SDP is handed through as it is.

import type { Clock, Disposer, Millis } from "../../base/index.ts";
import { bestRefusal, isGlobal, safeReason } from "./fork-outcome.ts";
import type { Binding } from "./registrar.ts";
import type {
  DialogRequest,
  InviteOptions,
  InviteResult,
  OutgoingInvite,
  SipConnection,
  SipDialog,
  SipRequest,
} from "./sip-port.ts";

export interface LegPlan extends InviteOptions {
  /** The phone; null for Asterisk. */
  readonly binding: Binding | null;
}

export interface CallBridgeOptions {
  readonly connection: SipConnection;
  readonly clock: Clock;
  /** Ringing ends after that. */
  readonly ringLimit: Millis;
  /** A phone that was not there. */
  readonly onDead: (binding: Binding) => void;
}

interface Leg {
  readonly plan: LegPlan;
  readonly invite: OutgoingInvite;
  result: InviteResult | null;
}

const ELSEWHERE = 'SIP;cause=200;text="Call completed elsewhere"';
const DTMF = /^application\/dtmf(?:-relay)?\s*(?:;|$)/i;

export class CallBridge {
  readonly #options: CallBridgeOptions;
  readonly #request: SipRequest;
  readonly #legs: Leg[] = [];
  /** Legs that a phone has answered at all, if only with 180. */
  readonly #alive = new Set<LegPlan>();
  readonly #over = Promise.withResolvers<void>();
  #winner: Leg | null = null;
  #dialogs: readonly SipDialog[] = [];
  #isOver = false;
  #isRinging = true;
  #saidRinging = false;
  #isOffering = false;
  #stopTimer: Disposer = () => {};

  constructor(options: CallBridgeOptions, request: SipRequest) {
    this.#options = options;
    this.#request = request;
  }

  /** Resolves when nothing of the call is left. */
  get over(): Promise<void> {
    return this.#over.promise;
  }

  /** Dialogs, and legs that ring. */
  get size(): number {
    const ringing = this.#isRinging ? 1 + this.#legs.filter(({ result }) => result === null).length : 0;
    return ringing + this.#dialogs.filter(({ isOver }) => !isOver).length;
  }

  get dialogIds(): readonly string[] {
    return this.#dialogs.filter(({ isOver }) => !isOver).map(({ id }) => id);
  }

  start(plans: readonly LegPlan[]): void {
    const { clock, connection, ringLimit } = this.#options;
    this.#request.onCancel((reason) => this.#cancel(safeReason(reason)));
    this.#stopTimer = clock.after(ringLimit, "phones that ring", () => this.#giveUp());
    for (const plan of plans) {
      const invite = connection.invite(plan, (status, sdp) =>
        this.#onProvisional(plan, status, sdp, plans.length === 1),
      );
      this.#legs.push({ plan, invite, result: null });
    }
    for (const leg of this.#legs) void leg.invite.result.then((result) => this.#onResult(leg, result));
    if (plans.length === 0) this.#refuse(480);
  }

  /** Ends it on both sides, in whatever state. */
  async destroy(): Promise<void> {
    if (this.#isRinging) {
      this.#refuse(503);
      this.#cancelLegs(undefined);
    }
    await Promise.all(this.#dialogs.map((dialog) => dialog.destroy()));
    this.#finish();
  }

  #onProvisional(plan: LegPlan, status: number, sdp: string, isOnly: boolean): void {
    this.#alive.add(plan);
    if (!this.#isRinging || this.#winner !== null) return;
    // Early media of one of several phones would be heard by the caller as if it were the call.
    if (isOnly && sdp !== "") this.#request.respond(183, { headers: { "Content-Type": "application/sdp" }, body: sdp });
    else if (status === 180 && !this.#saidRinging) {
      this.#saidRinging = true;
      this.#request.respond(180);
    }
  }

  #onResult(leg: Leg, result: InviteResult): void {
    leg.result = result;
    if (result.kind === "answered") {
      if (this.#isOver || this.#winner !== null || !this.#isRinging) void result.dialog.destroy(ELSEWHERE);
      else void this.#answer(leg, result.dialog);
      return;
    }
    this.#lookAtDeath(leg, result.status);
    if (!this.#isRinging || this.#winner !== null) return;
    if (isGlobal(result.status)) this.#cancelLegs(undefined);
    const statuses = this.#legs.flatMap((each) => (each.result?.kind === "refused" ? [each.result.status] : []));
    if (isGlobal(result.status)) this.#refuse(result.status);
    else if (statuses.length === this.#legs.length) this.#refuse(bestRefusal(statuses));
  }

  /** 408 with nothing before it: nobody is there. A connection that cannot be used again has gone. */
  #lookAtDeath({ plan }: Leg, status: number): void {
    const { binding } = plan;
    if (binding === null || this.#alive.has(plan)) return;
    const isStream = binding.source.transport !== "udp";
    if (status === 408 || (isStream && (status === 503 || status === 430))) this.#options.onDead(binding);
  }

  async #answer(leg: Leg, dialog: SipDialog): Promise<void> {
    this.#winner = leg;
    this.#stopTimer();
    this.#dialogs = [dialog];
    this.#cancelLegs(ELSEWHERE);
    const caller = await this.#options.connection.accept(this.#request, dialog.remoteSdp);
    this.#isRinging = false;
    if (caller === null || this.#isOver) {
      await Promise.all([dialog.destroy(), caller?.destroy()]);
      this.#finish();
      return;
    }
    this.#dialogs = [dialog, caller];
    this.#tie(dialog, caller);
    this.#tie(caller, dialog);
  }

  #tie(dialog: SipDialog, other: SipDialog): void {
    dialog.attach({
      onRequest: (request) => void this.#relay(request, dialog, other),
      onEnd: (reason) => void other.destroy(safeReason(reason)).then(() => this.#finish()),
    });
  }

  async #relay(request: DialogRequest, dialog: SipDialog, other: SipDialog): Promise<void> {
    switch (request.kind) {
      case "offer":
        return this.#relayOffer(request, dialog, other);
      case "info":
        if (!DTMF.test(request.contentType ?? "")) return request.respond(415);
        return request.respond((await other.info(request.contentType ?? "", request.body)).status);
      case "refer":
        // Whom a renter may call is decided where it is dialled.
        return request.respond(403);
      case "message":
        return request.respond(405);
    }
  }

  async #relayOffer(request: DialogRequest, dialog: SipDialog, other: SipDialog): Promise<void> {
    // Without an offer it only asks whether the call is still there; the answer in its ACK is what is known.
    if (request.body === "") return request.respond(200, dialog.localSdp);
    if (this.#isOffering) return request.respond(491);
    this.#isOffering = true;
    const answer = await other.offer(request.body);
    this.#isOffering = false;
    if (answer.status < 300 && answer.body !== "") request.respond(200, answer.body);
    else request.respond(answer.status < 300 ? 488 : answer.status);
  }

  #cancel(reason: string | undefined): void {
    if (!this.#isRinging) return;
    this.#isRinging = false;
    this.#cancelLegs(reason);
    if (this.#winner === null) this.#finish();
  }

  #giveUp(): void {
    if (!this.#isRinging || this.#winner !== null) return;
    for (const { plan, result } of this.#legs)
      if (result === null && plan.binding !== null && !this.#alive.has(plan)) this.#options.onDead(plan.binding);
    this.#cancelLegs(undefined);
    this.#refuse(408);
  }

  #cancelLegs(reason: string | undefined): void {
    for (const leg of this.#legs) if (leg !== this.#winner && leg.result === null) leg.invite.cancel(reason);
  }

  #refuse(status: number): void {
    this.#isRinging = false;
    this.#request.respond(status);
    this.#finish();
  }

  #finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stopTimer();
    this.#over.resolve();
  }
}

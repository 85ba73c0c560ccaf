// One call through the edge: an INVITE that came in, the legs that it was forked to, and, once a leg was answered, the two dialogs that
// are tied together. Sound goes past the edge: SDP is handed through as it is, or with the places of whatever carries the sound.

import type { Clock, Disposer, Millis } from "../../base/index.ts";
import { bestRefusal, isGlobal, safeReason } from "./fork-outcome.ts";
import type { MediaPath, MediaSide } from "./media-path.ts";
import type { Binding } from "./registrar.ts";
import type {
  DialogRequest,
  InviteOptions,
  InviteResult,
  OutgoingInvite,
  SipAnswer,
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
  /** Null: the two send their sound to each other. */
  readonly media?: MediaPath | null;
}

interface Leg {
  readonly plan: LegPlan;
  readonly invite: OutgoingInvite;
  result: InviteResult | null;
}

/** Sound could not be led another way. */
const NO_WAY: SipAnswer = { status: 503, body: "" };
const ELSEWHERE = 'SIP;cause=200;text="Call completed elsewhere"';
const DTMF = /^application\/dtmf(?:-relay)?\s*(?:;|$)/i;

export class CallBridge {
  readonly #options: CallBridgeOptions;
  readonly #request: SipRequest;
  readonly #legs: Leg[] = [];
  /** Legs that a phone has answered at all, if only with 180. */
  readonly #alive = new Set<LegPlan>();
  readonly #media: MediaPath | null;
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
    this.#media = options.media ?? null;
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
    const { clock, ringLimit } = this.#options;
    this.#request.onCancel((reason) => this.#cancel(safeReason(reason)));
    this.#stopTimer = clock.after(ringLimit, "phones that ring", () => this.#giveUp());
    if (plans.length === 0) this.#refuse(480);
    else if (this.#media === null) this.#invite(plans);
    else void this.#inviteBy(this.#media, plans);
  }

  async #inviteBy(media: MediaPath, plans: readonly LegPlan[]): Promise<void> {
    // All of them are offered the same.
    const sdp = await media.offer(plans[0]?.sdp ?? "", "caller").catch(() => null);
    if (!this.#isRinging) return;
    if (sdp === null) this.#refuse(503);
    else this.#invite(plans.map((plan) => ({ ...plan, sdp })));
  }

  #invite(plans: readonly LegPlan[]): void {
    const { connection } = this.#options;
    for (const plan of plans) {
      const invite = connection.invite(plan, (status, sdp) =>
        this.#onProvisional(plan, status, sdp, plans.length === 1),
      );
      this.#legs.push({ plan, invite, result: null });
    }
    for (const leg of this.#legs) void leg.invite.result.then((result) => this.#onResult(leg, result));
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
    if (isOnly && sdp !== "") void this.#early(sdp);
    else if (status === 180 && !this.#saidRinging) {
      this.#saidRinging = true;
      this.#request.respond(180);
    }
  }

  async #early(sdp: string): Promise<void> {
    const body = await this.#answerBy(sdp, "called");
    if (body === null || !this.#isRinging || this.#winner !== null) return;
    this.#request.respond(183, { headers: { "Content-Type": "application/sdp" }, body });
  }

  /** Null: the way of sound was lost. */
  async #answerBy(sdp: string, from: MediaSide): Promise<string | null> {
    return this.#media === null ? sdp : await this.#media.answer(sdp, from).catch(() => null);
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
    const sdp = this.#media === null ? dialog.remoteSdp : await this.#answerBy(dialog.remoteSdp, "called");
    if (sdp === null) {
      await dialog.destroy();
      if (this.#isRinging) return this.#refuse(503);
      return this.#finish();
    }
    const caller = await this.#options.connection.accept(this.#request, sdp);
    this.#isRinging = false;
    if (caller === null || this.#isOver) {
      await Promise.all([dialog.destroy(), caller?.destroy()]);
      this.#finish();
      return;
    }
    this.#dialogs = [dialog, caller];
    this.#tie(dialog, caller, "called");
    this.#tie(caller, dialog, "caller");
  }

  #tie(dialog: SipDialog, other: SipDialog, side: MediaSide): void {
    dialog.attach({
      onRequest: (request) => void this.#relay(request, dialog, other, side),
      onEnd: (reason) => void other.destroy(safeReason(reason)).then(() => this.#finish()),
    });
  }

  async #relay(request: DialogRequest, dialog: SipDialog, other: SipDialog, side: MediaSide): Promise<void> {
    switch (request.kind) {
      case "offer":
        return this.#relayOffer(request, dialog, other, side);
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

  async #relayOffer(request: DialogRequest, dialog: SipDialog, other: SipDialog, side: MediaSide): Promise<void> {
    // Without an offer it only asks whether the call is still there; the answer in its ACK is what is known.
    if (request.body === "") return request.respond(200, dialog.localSdp);
    if (this.#isOffering) return request.respond(491);
    this.#isOffering = true;
    const answer = await this.#offerBy(request.body, other, side);
    this.#isOffering = false;
    if (answer.status < 300 && answer.body !== "") request.respond(200, answer.body);
    else request.respond(answer.status < 300 ? 488 : answer.status);
  }

  async #offerBy(body: string, other: SipDialog, side: MediaSide): Promise<SipAnswer> {
    if (this.#media === null) return await other.offer(body);
    const sdp = await this.#media.offer(body, side).catch(() => null);
    if (sdp === null) return NO_WAY;
    const answer = await other.offer(sdp);
    if (answer.status >= 300 || answer.body === "") return answer;
    const placed = await this.#answerBy(answer.body, side === "caller" ? "called" : "caller");
    return placed === null ? NO_WAY : { status: answer.status, body: placed };
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
    this.#media?.end();
    this.#over.resolve();
  }
}

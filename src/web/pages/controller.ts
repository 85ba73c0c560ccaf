// What the pages can do: asks the box, keeps the live feed, and writes every result into the store. Views call it and nothing else.

import { AppError, type Clock, type Disposer, type Millis, messageOf, type Random, seconds } from "../../base/index.ts";
import type { LanguageId, Store } from "../../page-parts/index.ts";
import type { AddPhoneRequest, GrantRequest, JoinPhoneRequest, PhoneInvitation } from "../../protocol/index.ts";
import type { SetupRequest } from "../shared/api.ts";
import type { SessionReply, VisitorUser } from "../shared/session.ts";
import type { Api } from "./api.ts";
import { LiveLink } from "./live-link.ts";
import { SlotActions } from "./slot-actions.ts";
import { applyFrame, applyTick, type Notice, type State, type Theme, type View } from "./state.ts";
import type { Visits } from "./visits.ts";

const TICK = seconds(1);
const NOTICE_SHOWN = seconds(8);
const ASK_AGAIN = seconds(3);

export interface ControllerDeps {
  readonly store: Store<State>;
  readonly api: Api;
  readonly clock: Clock;
  readonly random: Random;
  readonly openFeed: () => WebSocket;
  readonly visits: Visits;
  readonly showTheme: (theme: Theme) => void;
  readonly showPath: (view: View) => void;
  /** Fetches the language's texts, shows the pages in it, and remembers it. */
  readonly showLanguage: (language: LanguageId) => Promise<void>;
}

function isShown({ visitor, user }: State, { name, role, scopes }: VisitorUser): boolean {
  return visitor === "owner" && user?.name === name && user.role === role && user.scopes.join() === scopes.join();
}

export class Controller {
  readonly slots: SlotActions;
  readonly #deps: ControllerDeps;
  readonly #link: LiveLink;
  #tick: Disposer | null = null;
  #notice: Disposer | null = null;
  /** How often somebody came or went: who asked before that is told of the past, and the box may answer it later. */
  #turns = 0;

  constructor(deps: ControllerDeps) {
    this.#deps = deps;
    this.slots = new SlotActions(deps);
    const { store, clock, random, openFeed } = deps;
    this.#link = new LiveLink({
      clock,
      random,
      open: openFeed,
      probe: () =>
        deps.api.session().then(
          () => true,
          () => false,
        ),
      onFrame: (frame) => store.update((state) => applyFrame(state, frame, clock.monotonic())),
      onLink: (link) => store.update((state) => (state.link === link ? state : { ...state, link })),
      mayReconnect: () => this.#stillOwner(),
    });
  }

  start(): void {
    this.#deps.showTheme(this.#deps.store.get().theme);
    // Who was signed in when they left is likely still: frame, feed and wizard come while the question is asked. The box
    // tells them nothing more than they may know, and who is a stranger by now sees an empty frame for a moment.
    const user = this.#deps.visits.last();
    if (user !== null) {
      this.#deps.store.update((state) => ({ ...state, visitor: "owner", user }));
      this.#link.start();
      void this.loadWizard();
    }
    void this.#askSession();
    this.#scheduleTick();
  }

  /** For what waits a moment, such as for the end of typing. */
  after(delay: Millis, then: () => void): Disposer {
    return this.#deps.clock.after(delay, "page", then);
  }

  async setUp(request: SetupRequest): Promise<void> {
    this.#enter(await this.#deps.api.setUp(request));
    this.go("welcome");
  }

  /** Null, or the ticket of the second step that comes next. */
  async signIn(password: string, name?: string): Promise<string | null> {
    const reply = await this.#deps.api.signIn(password, name);
    if (reply.state === "second_step") return reply.ticket;
    this.#enter(reply);
    return null;
  }

  async secondStep(ticket: string, code: string): Promise<void> {
    this.#enter(await this.#deps.api.secondStep(ticket, code));
  }

  /** Goes on as whoever the box let in by another way: a passkey, an invitation. */
  enter(reply: SessionReply): void {
    this.#enter(reply);
  }

  async signOut(): Promise<void> {
    try {
      this.#enter(await this.#deps.api.signOut());
    } catch (error) {
      this.tell({ kind: "failed", text: messageOf(error) });
    }
  }

  async grant(request: GrantRequest): Promise<void> {
    await this.#deps.api.grant(request);
  }

  async endRental(id: string): Promise<void> {
    await this.#deps.api.endRental(id);
  }

  /** Asks for the phones. What cannot be told now is told by the link's banner; the next question may be answered. */
  async loadPhones(): Promise<void> {
    const phones = await this.#deps.api.phones().catch(() => null);
    if (phones !== null) this.#keep({ phones });
  }

  /** Asks how far the wizard is; what cannot be told now may be the next time. */
  async loadWizard(): Promise<void> {
    const wizard = await this.#deps.api.wizard().catch(() => null);
    if (wizard !== null) this.#keep({ wizard });
  }

  async addPhone(request: AddPhoneRequest): Promise<PhoneInvitation> {
    const invitation = await this.#deps.api.addPhone(request);
    await this.loadPhones();
    return invitation;
  }

  async removePhone(name: string): Promise<void> {
    const phones = await this.#deps.api.removePhone(name);
    this.#deps.store.update((state) => ({ ...state, phones }));
  }

  async joinPhone(secret: string, request: JoinPhoneRequest): Promise<void> {
    await this.#deps.api.joinPhone(secret, request);
  }

  show(view: View): void {
    this.#deps.store.update((state) => (state.view === view ? state : { ...state, view }));
  }

  go(view: View): void {
    this.#deps.showPath(view);
    this.show(view);
  }

  setTheme(theme: Theme): void {
    this.#deps.showTheme(theme);
    this.#deps.store.update((state) => ({ ...state, theme }));
  }

  /** Errors: `page.unreachable` when its texts cannot be fetched; the pages then stay as they are. */
  async setLanguage(language: LanguageId): Promise<void> {
    await this.#deps.showLanguage(language).catch((cause: unknown) => {
      throw new AppError("page.unreachable", "the texts could not be fetched", { cause, retryable: true });
    });
  }

  reconnect(): void {
    this.#link.retryNow();
  }

  /** Shows a notice for some seconds; null takes it away. */
  tell(notice: Notice | null): void {
    this.#notice?.();
    this.#deps.store.update((state) => ({ ...state, notice }));
    if (notice !== null) this.#notice = this.#deps.clock.after(NOTICE_SHOWN, "notice", () => this.tell(null));
  }

  /** True when the live feed may be tried again. */
  async #stillOwner(): Promise<boolean> {
    try {
      await this.#askWho();
      return this.#deps.store.get().visitor === "owner";
    } catch {
      // The box is away, which says nothing about the session.
      return true;
    }
  }

  async #askSession(): Promise<void> {
    const turn = this.#turns;
    try {
      await this.#askWho();
    } catch {
      if (turn !== this.#turns) return;
      this.#deps.store.update((state) => ({ ...state, visitor: "unreachable" }));
      this.#deps.clock.after(ASK_AGAIN, "first question", () => void this.#askSession());
    }
  }

  /** Asks who is signed in. Somebody who signed in or out since stays so, however late the answer comes. */
  async #askWho(): Promise<void> {
    const turn = this.#turns;
    const reply = await this.#deps.api.session();
    if (turn === this.#turns) this.#enter(reply);
  }

  /** What the box told somebody stays with him: it may come when he is gone. */
  #keep(part: Pick<State, "phones"> | Pick<State, "wizard">): void {
    this.#deps.store.update((state) => (state.visitor === "owner" ? { ...state, ...part } : state));
  }

  #enter(reply: SessionReply): void {
    this.#turns++;
    if (reply.state === "signed_in") {
      const { user } = reply;
      this.#deps.store.update((state) => (isShown(state, user) ? state : { ...state, visitor: "owner", user }));
      this.#deps.visits.keep(user);
      this.#link.start();
      return;
    }
    this.#deps.visits.keep(null);
    this.#link.stop();
    const visitor = reply.state === "setup" ? "newcomer" : "stranger";
    const needsClaimCode = reply.state === "setup" && reply.claim_code;
    // Nothing of the box stays on the page of somebody who is not its owner.
    this.#deps.store.update((state) => ({
      ...state,
      visitor,
      user: null,
      needsClaimCode,
      box: null,
      phones: null,
      hardware: null,
      wizard: null,
      link: "connecting",
      notice: null,
    }));
  }

  #scheduleTick(): void {
    this.#tick?.();
    this.#tick = this.#deps.clock.after(TICK, "page clock", () => {
      this.#deps.store.update((state) => applyTick(state, this.#deps.clock.monotonic()));
      this.#scheduleTick();
    });
  }
}

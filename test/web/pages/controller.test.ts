import { describe, expect, it } from "vitest";
import { AppError, seconds } from "../../../src/base/index.ts";
import { nextTheme, Store } from "../../../src/page-parts/index.ts";
import type { Api } from "../../../src/web/pages/api.ts";
import type { FleetApi } from "../../../src/web/pages/api-fleet.ts";
import { Controller } from "../../../src/web/pages/controller.ts";
import { pathOf, slotOf, slotPage, viewOf } from "../../../src/web/pages/routes.ts";
import { initialState } from "../../../src/web/pages/state.ts";
import type { SessionReply, VisitorUser } from "../../../src/web/shared/session.ts";
import { SeededRandom } from "../../sim/seeded-random.ts";
import { VirtualClock } from "../../sim/virtual-clock.ts";

const signedIn = {
  state: "signed_in",
  user: { name: "owner", role: "owner", scopes: ["read", "operate", "manage", "content"] },
} as const satisfies SessionReply;
const unused = () => Promise.reject(new Error("not in this test"));
const noFleet: FleetApi = {
  ...{ recover: unused, enterPin: unused, at: unused, removeSlot: unused, addLine: unused, adoptSim: unused },
  ...{ ussdAsk: unused, ussdReply: unused, ussdEnd: unused, ussdNotice: unused, join: unused, permitJoin: unused },
};

function setup(session: SessionReply | Error, user: VisitorUser | null = null) {
  const clock = new VirtualClock();
  const store = new Store(initialState("overview", "system"));
  const seen = { session, sockets: 0, paths: [] as string[], themes: [] as string[], user };
  const world = { ...seen, first: null as Promise<SessionReply> | null };
  const answer = async (): Promise<SessionReply> => {
    if (world.first !== null) return world.first;
    if (world.session instanceof Error) throw world.session;
    return world.session;
  };
  const api: Api = {
    session: answer,
    setUp: async () => signedIn,
    signIn: async () => signedIn,
    secondStep: async () => signedIn,
    signOut: async () => ({ state: "signed_out" }),
    grant: unused,
    endRental: unused,
    phones: unused,
    wizard: async () => ({ finished: false, steps: [] }),
    addPhone: unused,
    removePhone: unused,
    joinPhone: unused,
    ...noFleet,
  };
  const controller = new Controller({
    ...{ store, api, clock, random: new SeededRandom("controller") },
    openFeed: () => {
      world.sockets++;
      return { close: () => {} } as WebSocket;
    },
    visits: {
      last: () => world.user,
      keep: (is) => {
        world.user = is;
      },
    },
    showTheme: (theme) => world.themes.push(theme),
    showPath: (view) => world.paths.push(view),
    showLanguage: async () => {},
  });
  return { clock, store, controller, world };
}

describe("Controller", () => {
  it.each([
    [{ state: "setup", claim_code: true }, "newcomer", 0],
    [{ state: "signed_out" }, "stranger", 0],
    [signedIn, "owner", 1],
  ] as const)("finds out who is asking: %j", async (session, visitor, sockets) => {
    const { clock, store, controller, world } = setup(session);
    controller.start();
    await clock.flush();
    expect([store.get().visitor, world.sockets]).toEqual([visitor, sockets]);
    expect(store.get().needsClaimCode).toBe(visitor === "newcomer");
  });

  it("shows the frame and opens the feed before the answer for who was signed in, and remembers who is", async () => {
    const viewer: VisitorUser = { name: "owner", role: "viewer", scopes: ["read"] };
    const { clock, store, controller, world } = setup(signedIn, viewer);
    controller.start();
    expect([store.get().visitor, store.get().user, world.sockets]).toEqual(["owner", viewer, 1]);
    await clock.flush();
    expect([store.get().user, world.sockets, world.user]).toEqual([signedIn.user, 1, signedIn.user]);
    expect(store.get().wizard).toEqual({ finished: false, steps: [] });
    await controller.signOut();
    expect([world.user, store.get().user, store.get().wizard]).toEqual([null, null, null]);
  });

  it("goes back to who was signed in when the box was away for the first question", async () => {
    const { clock, store, controller, world } = setup(new AppError("page.unreachable", "no answer"), signedIn.user);
    controller.start();
    await clock.flush();
    expect(store.get().visitor).toBe("unreachable");
    world.session = signedIn;
    await clock.advance(seconds(4));
    expect(store.get().visitor).toBe("owner");
  });

  it("closes a feed opened on a guess that was wrong, shows nothing of the box, and does not guess again", async () => {
    const { clock, store, controller, world } = setup({ state: "signed_out" }, signedIn.user);
    controller.start();
    store.update((state) => ({ ...state, box: { slots: [] } as never }));
    await clock.flush();
    expect(store.get()).toMatchObject({ visitor: "stranger", box: null });
    await clock.advance(seconds(60));
    expect([world.sockets, world.user]).toEqual([1, null]);
  });

  it.each([
    ["signed out", signedIn, signedIn.user, (is: Controller) => is.signOut(), "stranger"],
    ["signed in", { state: "signed_out" }, null, (is: Controller) => is.signIn("seven quiet otters"), "owner"],
    ["accepted an invitation", { state: "signed_out" }, null, async (is: Controller) => is.enter(signedIn), "owner"],
    ["signed out, when it has none", new Error("away"), signedIn.user, (is: Controller) => is.signOut(), "stranger"],
  ] as const)("leaves who %s as he is when the first question's answer comes after", async (...line) => {
    const [, answer, user, act, visitor] = line;
    const { clock, store, controller, world } = setup(signedIn, user);
    const late = Promise.withResolvers<SessionReply>();
    world.first = late.promise;
    controller.start();
    await act(controller);
    if (answer instanceof Error) late.reject(answer);
    else late.resolve(answer);
    await clock.flush();
    expect([store.get().visitor, world.user]).toEqual([visitor, visitor === "owner" ? signedIn.user : null]);
  });

  it("asks again while the box does not answer", async () => {
    const { clock, store, controller, world } = setup(new AppError("page.unreachable", "no answer"));
    controller.start();
    await clock.advance(seconds(10));
    expect(store.get().visitor).toBe("unreachable");
    world.session = signedIn;
    await clock.advance(seconds(4));
    expect(store.get().visitor).toBe("owner");
  });

  it("follows the feed after signing in, and keeps nothing of the box after signing out", async () => {
    const { clock, store, controller, world } = setup({ state: "signed_out" });
    controller.start();
    await clock.flush();
    await controller.signIn("seven quiet otters");
    expect([store.get().visitor, world.sockets]).toEqual(["owner", 1]);
    store.update((state) => ({ ...state, box: { slots: [] } as never, notice: { kind: "done", text: "x" } }));
    await controller.signOut();
    expect(store.get()).toMatchObject({ visitor: "stranger", box: null, notice: null });
  });

  it("takes a notice away after some seconds, and a newer one in full", async () => {
    const { clock, store, controller } = setup(signedIn);
    controller.tell({ kind: "done", text: "one" });
    await clock.advance(seconds(6));
    controller.tell({ kind: "done", text: "two" });
    await clock.advance(seconds(6));
    expect(store.get().notice?.text).toBe("two");
    await clock.advance(seconds(3));
    expect(store.get().notice).toBeNull();
  });

  it("shows a view and its address, and the theme", () => {
    const { store, controller, world } = setup(signedIn);
    controller.go("rentals");
    controller.setTheme("dark");
    expect([store.get().view, world.paths, store.get().theme, world.themes]).toEqual([
      "rentals",
      ["rentals"],
      "dark",
      ["dark"],
    ]);
  });
});

describe("routes and themes", () => {
  it("gives every slot an address of its own, and takes no other for one", () => {
    const view = slotPage("usb-1-1.4");
    expect([pathOf(view), viewOf(pathOf(view)), slotOf(view)]).toEqual(["/slots/usb-1-1.4", view, "usb-1-1.4"]);
    expect([viewOf("/slots/"), viewOf("/slots/a/b"), viewOf("/slots/<b>"), slotOf("rentals")]).toEqual([
      ...["overview", "overview", "overview"],
      null,
    ]);
  });

  it("leads from a view to its address and back, from anywhere else to the overview", () => {
    expect([viewOf(pathOf("overview")), viewOf(pathOf("rentals")), viewOf("/nowhere")]).toEqual([
      "overview",
      "rentals",
      "overview",
    ]);
  });

  it("goes through all themes", () => {
    expect([nextTheme("system"), nextTheme("light"), nextTheme("dark")]).toEqual(["light", "dark", "system"]);
  });
});

describe("Store", () => {
  it("tells its watchers of changes only, until they leave", () => {
    const store = new Store({ n: 1 });
    let told = 0;
    const leave = store.subscribe(() => told++);
    store.update((state) => state);
    store.update(() => ({ n: 2 }));
    leave();
    store.update(() => ({ n: 3 }));
    expect(told).toBe(1);
  });
});

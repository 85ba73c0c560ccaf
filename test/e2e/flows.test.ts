// Node-RED beside a working box: its editor behind the console's sign-in, and whatever happens to it, every SMS is read by its renter
// exactly once and in order.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type FlowsView, flowsView } from "../../src/protocol/index.ts";
import type { Field } from "./field.ts";
import { arrivedOn, eventsOf, numbered, overviewOf, sendTo, startAll, until, withField } from "./field-watch.ts";

const PASSWORD = "seven quiet otters";
const OPTIONS = { slots: 2, sections: { node_red: { enabled: true, memory_mb: 128 } } };

/** The owner in a browser: claims the box and talks to the editor as its page does. */
class Owner {
  readonly #url: string;
  #cookie = "";

  constructor(field: Field) {
    this.#url = (JSON.parse(readFileSync(join(field.boxData, "local-access.json"), "utf8")) as { url: string }).url;
  }

  async claim(): Promise<void> {
    const response = await this.#send("POST", "/api/v1/setup", { password: PASSWORD });
    expect(response.ok).toBe(true);
    this.#cookie = response.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  }

  #send(method: string, path: string, body?: unknown): Promise<Response> {
    return fetch(`${this.#url}${path}`, {
      method,
      headers: {
        ...{ origin: this.#url, cookie: this.#cookie, "x-numberbox": "1", "content-type": "application/json" },
        ...{ accept: "application/json", "node-red-deployment-type": "full" },
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  async pressed(id: string): Promise<boolean> {
    return (await this.#send("POST", `/flows/inject/${id}`, {})).ok;
  }

  async editor(method: string, path: string, body?: unknown): Promise<Response> {
    const response = await this.#send(method, `/flows/${path}`, body);
    expect(response.status, `${method} ${path}`).toBeLessThan(300);
    return response;
  }
}

/** Presses a button of the flows; they start a moment after they are deployed. */
const press = (owner: Owner, id: string) => until(`the button ${id}`, () => owner.pressed(id));

const stateOf = async (field: Field): Promise<FlowsView> => flowsView.parse(await field.api("flows"));
const running = (field: Field) =>
  until("Node-RED running", async () => {
    const view = await stateOf(field);
    return view.state === "running" && view;
  });

const pidOf = (field: Field): number =>
  Number(readFileSync(join(field.boxData, "node-red", "flows", "node-red.pid"), "utf8"));

/** A flow that counts SMS, and a button that keeps the process busy for ever, past every limit that Node-RED sets. */
const FLOW = [
  { id: "tab", type: "tab", label: "trouble" },
  { id: "box", type: "numberbox", name: "", url: "" },
  { ...{ id: "sms", type: "numberbox-sms-event", z: "tab", box: "box", x: 1, y: 1 }, wires: [["count"]] },
  {
    ...{ id: "count", type: "function", z: "tab", x: 1, y: 1, outputs: 0, wires: [] },
    func: "node.status({ text: String((context.get('n') ?? 0) + 1) }); context.set('n', (context.get('n') ?? 0) + 1);",
  },
  { id: "loop", type: "inject", z: "tab", x: 1, y: 1, props: [], wires: [["forever"]] },
  {
    ...{ id: "forever", type: "function", z: "tab", x: 1, y: 1, outputs: 0, wires: [] },
    func: "setTimeout(() => { while (true) {} }, 0);",
  },
];

async function sendAndRead(field: Field, sent: string[], name: string): Promise<void> {
  const bodies = numbered(name, 6);
  sent.push(...bodies);
  for (const slot of [1, 2]) sendTo(field, slot, bodies);
  expect(await field.drained(400)).toBe(true);
  const read = await field.inbox();
  for (const slot of [1, 2]) expect(arrivedOn(field, slot, read)).toEqual(sent);
}

describe("Node-RED beside the box", () => {
  it("killed, and caught in an endless loop: no SMS is lost, late or doubled, and it comes back", async () => {
    await withField({ ...OPTIONS, seed: "flows" }, async (field) => {
      await startAll(field);
      const owner = new Owner(field);
      await owner.claim();
      await running(field);
      await owner.editor("POST", "flows", FLOW);
      const sent: string[] = [];
      await sendAndRead(field, sent, "quiet");

      process.kill(pidOf(field), "SIGKILL");
      await sendAndRead(field, sent, "killed");
      await running(field);
      // The flows were kept.
      expect(await (await owner.editor("GET", "flows")).json()).toMatchObject(
        FLOW.map(({ id, type }) => ({ id, type })),
      );

      await press(owner, "loop");
      const looping = pidOf(field);
      await sendAndRead(field, sent, "looping");
      const { intake, relay } = await overviewOf(field);
      expect([intake.state, relay.state]).toEqual(["running", "up"]);
      await until(
        "an end of the loop",
        async () => (await eventsOf(field)).some(({ code }) => code === "flows.silent"),
        900,
      );
      await until("another process", () => existsSync(`/proc/${looping}`) === false, 900);
      await running(field);
      await sendAndRead(field, sent, "mended");
      expect((await eventsOf(field)).filter(({ code }) => code === "flows.ended")).toHaveLength(1);
    });
  });

  it("cannot read the box's keys and database, nor start a program, and does not outlive the box", async () => {
    await withField({ ...OPTIONS, seed: "flows apart" }, async (field) => {
      await field.startBox();
      const owner = new Owner(field);
      await owner.claim();
      await running(field);
      const read = (id: string, filename: string) => [
        { ...{ id, type: "inject", z: "tab", x: 1, y: 1, props: [] }, wires: [[`file-${id}`]] },
        {
          ...{ id: `file-${id}`, type: "file in", z: "tab", x: 1, y: 1 },
          filename,
          filenameType: "str",
          format: "utf8",
          wires: [["write"]],
        },
      ];
      const out = join(field.boxData, "node-red", "flows", "out.txt");
      await owner.editor("POST", "flows", [
        { id: "tab", type: "tab", label: "spy" },
        ...readdirSync(field.boxData)
          .filter((name) => /\.(?:db|key|json)$/.test(name))
          .flatMap((name, at) => read(`read${at}`, join(field.boxData, name))),
        ...read("own", join(field.boxData, "node-red", "flows", "flows.json")),
        {
          ...{ id: "write", type: "file", z: "tab", x: 1, y: 1, wires: [] },
          filename: out,
          filenameType: "str",
          createDir: false,
          overwriteFile: "false",
        },
      ]);
      const files = readdirSync(field.boxData).filter((name) => /\.(?:db|key|json)$/.test(name));
      expect(files.length).toBeGreaterThan(2);
      for (const at of files.keys()) await press(owner, `read${at}`);
      await press(owner, "own");
      await until("its own file", () => existsSync(out) && readFileSync(out, "utf8").length > 0);
      const got = readFileSync(out, "utf8");
      expect(got).toContain('"label": "spy"');
      expect(got).not.toContain("SQLite format");
      expect(got).not.toContain("nbx_");
      const pid = pidOf(field);
      await field.killBox();
      await until("the end of Node-RED", () => !existsSync(`/proc/${pid}`));
    });
  });

  it("one that hangs when the box is killed is ended by the next box", async () => {
    await withField({ ...OPTIONS, seed: "flows left over" }, async (field) => {
      await field.startBox();
      const owner = new Owner(field);
      await owner.claim();
      await running(field);
      await owner.editor("POST", "flows", FLOW);
      await press(owner, "loop");
      const pid = pidOf(field);
      await field.killBox();
      expect(existsSync(`/proc/${pid}`)).toBe(true);
      await field.startBox();
      await running(field);
      expect(existsSync(`/proc/${pid}`)).toBe(false);
    });
  });
});

// Phones behind the console without any phone: for work on the pages, and for tests of the web server alone.

import { AppError, type Clock } from "../../src/base/index.ts";
import type { NewPhone, PhoneConsole, PhoneInlet, PhoneWebhook } from "../../src/core/index.ts";
import type {
  AddPhoneRequest,
  ChangePhoneRequest,
  PhoneApiAccess,
  PhoneView,
  PhoneWebhookReply,
} from "../../src/protocol/index.ts";

const unknown = (): AppError => new AppError("phone.unknown", "no such phone is registered here", { hint: "Add it." });

const NEW = {
  state: "waiting",
  problem: null,
  warnings: [],
  model: null,
  app_version: null,
  battery: null,
  transport: null,
  technology: null,
  sims: [],
  api: null,
  paired: false,
  last_seen: null,
  received: 0,
  duplicates: 0,
  refused: 0,
} as const;

function samples(now: number): PhoneView[] {
  const common = { box_url: "https://numberbox.example", since: now - 3_900_000, warnings: [], paired: true };
  return [
    {
      ...common,
      name: "pixel-shelf",
      state: "ready",
      problem: null,
      model: "Google oriole",
      app_version: "1.68.0",
      battery: { percent: 94, charging: true },
      transport: "wifi",
      technology: null,
      sims: [
        { sim: 1, slot: "p1", operator: "T-Mobile", number: "+12025550171", iccid: "8901260000000000171" },
        { sim: 2, slot: "p2", operator: "Mint", number: "+12025550172", iccid: "8901260000000000172" },
      ],
      api: "http://192.168.1.31:8080",
      last_seen: now - 21_000,
      received: 1284,
      duplicates: 37,
      refused: 0,
    },
    {
      ...common,
      name: "galaxy-attic",
      state: "ready",
      problem: null,
      warnings: [
        {
          code: "phone.battery_low",
          message: "the phone's battery is nearly empty",
          hint: "Plug it in.",
          context: { percent: 14 },
        },
      ],
      model: "samsung a52q",
      app_version: "1.52.1",
      battery: { percent: 14, charging: false },
      transport: "cellular",
      technology: "lte",
      sims: [
        { sim: 1, slot: "p3", operator: "O2", number: null, iccid: null },
        { sim: 2, slot: null, operator: "Vodafone", number: null, iccid: null },
      ],
      api: null,
      last_seen: now - 44_000,
      received: 311,
      duplicates: 2,
      refused: 0,
    },
    {
      ...common,
      name: "moto",
      state: "down",
      problem: {
        code: "phone.silent",
        message: "the phone has not been heard of",
        hint: "Look whether it has power and network.",
      },
      model: "motorola ginna",
      app_version: "1.66.2",
      battery: { percent: 3, charging: false },
      transport: null,
      technology: null,
      sims: [{ sim: 1, slot: "p4", operator: "Orange", number: "+33639980121", iccid: null }],
      api: "http://192.168.1.44:8080",
      last_seen: now - 4_100_000,
      received: 52,
      duplicates: 0,
      refused: 3,
    },
  ];
}

export class FakePhones implements PhoneConsole, PhoneInlet {
  readonly requests: PhoneWebhook[] = [];
  readonly joined: PhoneApiAccess[] = [];
  /** What the next webhooks fail with. */
  failure: AppError | null = null;
  readonly #clock: Clock;
  #phones: PhoneView[];

  constructor(options: { readonly clock: Clock; readonly fresh?: boolean }) {
    this.#clock = options.clock;
    this.#phones = options.fresh ? [] : samples(options.clock.now());
  }

  /** The secret of a phone is its name, doubled. */
  static secretOf(name: string): string {
    return `${name}${name}`;
  }

  phones(): readonly PhoneView[] {
    return this.#phones;
  }

  async add({ name, api, box_url }: AddPhoneRequest & { readonly box_url: string }): Promise<NewPhone> {
    if (this.#phones.some((phone) => phone.name === name)) throw new AppError("phone.exists", "the name is taken");
    const phone: PhoneView = {
      ...NEW,
      warnings: [],
      sims: [],
      name,
      since: this.#clock.now(),
      api: api?.url ?? null,
      box_url,
    };
    this.#phones = [...this.#phones, phone];
    return { phone, secret: FakePhones.secretOf(name), signingKey: "kq3Zt0yqkUeJvYdYh0n6sX2mB1cR8pWf" };
  }

  async change(name: string, change: ChangePhoneRequest): Promise<PhoneView> {
    const phone = this.#named(name);
    const changed: PhoneView = {
      ...phone,
      name: change.name ?? name,
      api: change.api === undefined ? phone.api : (change.api?.url ?? null),
    };
    this.#phones = this.#phones.map((each) => (each === phone ? changed : each));
    return changed;
  }

  async remove(name: string): Promise<void> {
    const phone = this.#named(name);
    this.#phones = this.#phones.filter((each) => each !== phone);
  }

  nameOf(secret: string): string {
    const phone = this.#phones.find(({ name }) => FakePhones.secretOf(name) === secret);
    if (phone === undefined) throw unknown();
    return phone.name;
  }

  async webhook(secret: string, request: PhoneWebhook): Promise<PhoneWebhookReply> {
    this.nameOf(secret);
    this.requests.push(request);
    if (this.failure !== null) throw this.failure;
    return { status: "stored" };
  }

  async join(secret: string, api: PhoneApiAccess): Promise<PhoneView> {
    this.joined.push(api);
    return await this.change(this.nameOf(secret), { api });
  }

  #named(name: string): PhoneView {
    const phone = this.#phones.find((each) => each.name === name);
    if (phone === undefined) throw unknown();
    return phone;
  }
}

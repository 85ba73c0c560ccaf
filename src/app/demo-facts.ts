// `demo.json`: what a person or a script needs to use the running demo.

import { join } from "node:path";
import { z } from "zod";
import { parseJsonWith } from "../protocol/index.ts";
import { readIfThere, replaceFile } from "./data-folder.ts";

const demoFacts = z.object({
  console_url: z.string(),
  admin_password: z.string(),
  api_token: z.string(),
  relay_url: z.string(),
  simulator_url: z.string(),
  renter_keyfile: z.string(),
  provider_verify: z.string(),
  /** The simulated Emercoin node, with user and wallet of a visitor who rents; absent in files of earlier versions. */
  node_url: z.string().optional(),
  node_password_file: z.string().optional(),
  /** The MQTT broker, which lets everybody on this machine in. */
  mqtt_url: z.string().optional(),
  /** The line that nobody rents. */
  free: z.object({ slot: z.string(), listing_id: z.string() }).optional(),
  slots: z.array(z.object({ id: z.string(), line: z.string(), line_id: z.string() })),
});
export type DemoFacts = z.infer<typeof demoFacts>;

const FILE = "demo.json";

/** What the last run wrote, null before the first. */
export async function readDemoFacts(folder: string): Promise<DemoFacts | null> {
  const text = await readIfThere(join(folder, FILE));
  return text === null ? null : parseJsonWith(demoFacts, text, "demo.bad_facts", FILE);
}

export async function writeDemoFacts(folder: string, facts: DemoFacts): Promise<void> {
  await replaceFile(join(folder, FILE), `${JSON.stringify(facts, null, 2)}\n`);
}

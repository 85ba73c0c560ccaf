// What the running demo tells its visitor.

import type { DemoFacts } from "../../app/index.ts";

export function demoText(facts: DemoFacts, folder: string): string {
  return `
Numberbox demo is running (data in ${folder}).

  Console    ${facts.console_url}
  Password   ${facts.admin_password}
  Relay      ${facts.relay_url}
  Simulator  ${facts.simulator_url}

Send an SMS to slot 1:
  curl -H 'content-type: application/json' -d '{"from":"+15550100","body":"Your code is 123456"}' ${facts.simulator_url}/slots/1/sms

Read it as the person who rents the number (in this folder, another terminal):
  npx numberbox renter inbox --keyfile ${facts.renter_keyfile} --relay ${facts.relay_url}

Ctrl-C ends everything.
`;
}

// For the doctor: publications that need a person, listings of lines that are gone, and names of the wallet that the box does not know.

import { bad, type DoctorCheck, type DoctorFinding, good, type PublishingConsole } from "../core/index.ts";

const OURS = /^(?:worm:user:ness:|ness:sms:listing:|ness:proofs:sms:|ness:escrow:|enum:|dns:)/;

export interface PublishingCheckDeps extends PublishingConsole {
  /** Active names of the wallet. */
  readonly ownNames: () => Promise<readonly string[]>;
}

function stuck({ publisher }: PublishingCheckDeps): readonly DoctorFinding[] {
  return publisher.list().flatMap(({ state, problem, wish }) => {
    if (state === "waiting" && problem !== null) return [bad("warn", problem)];
    if (state !== "lost" && state !== "failed") return [];
    const newest = publisher.list().findLast((each) => each.wish.name === wish.name);
    // What was done again since needs nobody.
    if (newest?.state !== state) return [];
    const hint = problem?.hint ?? "Publish it again, under another name if somebody else has it.";
    return [
      bad("warn", { code: `publication.${state}`, message: `the last operation on ${wish.name} is ${state}`, hint }),
    ];
  });
}

async function unknownNames({
  publisher,
  identity,
  listings,
  ownNames,
}: PublishingCheckDeps): Promise<readonly DoctorFinding[]> {
  const known = new Set([identity.name, ...publisher.list().map(({ wish }) => wish.name)]);
  for (const { name } of listings.list()) known.add(name);
  return (await ownNames())
    .filter((name) => OURS.test(name) && !known.has(name))
    .map((name) =>
      bad("warn", {
        code: "publication.unknown_name",
        message: `the wallet owns ${name}, which this box did not publish`,
        hint: "If no other box uses this wallet, a backup was restored or the name was made by hand: delete it, or let it expire.",
      }),
    );
}

export function publishingCheck(deps: PublishingCheckDeps): DoctorCheck {
  return {
    name: "publications",
    area: "chain",
    run: async () => {
      const gone = deps.listings.orphans().map((id) =>
        bad("warn", {
          code: "listing.orphan",
          message: `listing ${id} is on the chain, but its line is no longer configured`,
          hint: "Configure the line again and unpublish it, or let the name expire.",
        }),
      );
      const found = [...stuck(deps), ...gone, ...(await unknownNames(deps))];
      return found.length === 0
        ? [good("publication.whole", "nothing on the way to the chain needs attention")]
        : found;
    },
  };
}

// What a payer may lose: counted by wins, since only those are paid. A ticket whose outcome is open counts as one that may win.

import { AppError, type MicroEmc, type Millis, microEmc, shortEmc, type UnixMs } from "../../base/index.ts";

export interface Budget {
  readonly window: Millis;
  /** Wins in a window. */
  readonly maxWins: number;
  /** What the wins of a window may cost together. */
  readonly maxSpent: MicroEmc;
  /** Of the whole session. */
  readonly maxSessionWins: number;
}

export interface Spending {
  readonly wins: number;
  readonly spent: MicroEmc;
  /** Tickets whose outcome is open, and what they would cost. */
  readonly open: number;
  readonly atStake: MicroEmc;
  readonly sessionWins: number;
}

type Paid = { readonly amount: MicroEmc };

const sum = (list: readonly Paid[]): MicroEmc => microEmc(list.reduce((total, { amount }) => total + amount, 0));

export function spendingIn(
  wins: readonly (Paid & { readonly at: UnixMs })[],
  open: readonly Paid[],
  since: number,
): Spending {
  const recent = wins.filter((win) => win.at > since);
  return {
    wins: recent.length,
    spent: sum(recent),
    open: open.length,
    atStake: sum(open),
    sessionWins: wins.length,
  };
}

/** Why a further ticket of `amount` would go over the budget if it won; null if it would not. */
export function budgetProblem(budget: Budget, spending: Spending, amount: MicroEmc): AppError | null {
  const { wins, open, spent, atStake, sessionWins } = spending;
  const over = (what: string): AppError =>
    new AppError("payment.over_budget", `this ticket could exceed the budget: ${what}`, {
      hint: "Wait until open tickets are settled and the window has passed, or raise the budget.",
      context: { wins, open, spent, at_stake: atStake },
    });
  if (wins + open + 1 > budget.maxWins) return over(`${budget.maxWins} wins in a window`);
  if (sessionWins + open + 1 > budget.maxSessionWins) return over(`${budget.maxSessionWins} wins in this session`);
  if (spent + atStake + amount > budget.maxSpent) return over(`${shortEmc(budget.maxSpent)} EMC in a window`);
  return null;
}

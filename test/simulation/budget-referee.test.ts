import { describe, it, expect } from '@jest/globals';
import { BudgetReferee } from './budget-referee.ts';
import { Environment } from './environment.ts';

const environment = new Environment(0, 0);

/** Has an instance begin calls and make some of them once more. */
function judge(referee: BudgetReferee, life: number, calls: number, repeated: number): void {
  for (let each = 0; each < calls; each += 1) referee.began({ environment, life });
  for (let each = 0; each < repeated; each += 1) referee.repeated({ environment, life });
}

describe('a referee of budgets', () => {
  it('allows what a full bucket holds and what calls have added, to each instance by itself', () => {
    const referee = new BudgetReferee({ tokens: 2, refill: 0.1 });
    judge(referee, 0, 10, 3);
    expect(referee.figures()).toEqual({ extraRequests: 3, allowedExtraRequests: 3, requestsBeyondBudget: 0 });
    judge(referee, 0, 0, 1);
    judge(referee, 1, 1, 2);
    expect(referee.figures()).toEqual({ extraRequests: 6, allowedExtraRequests: 5, requestsBeyondBudget: 1 });
  });
});

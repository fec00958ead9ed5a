import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RetryBudget, RetryBudgets, type BudgetOptions } from '../../../runtime/src/retry/budget.ts';
import { RETRY_DEFAULTS } from '../../../runtime/src/retry/options.ts';

function budgetOf(options: Partial<BudgetOptions> = {}): RetryBudget {
  return new RetryBudget({ ...RETRY_DEFAULTS, ...options });
}

function taken(budget: RetryBudget, times: number): number {
  return Array.from({ length: times }, () => budget.take()).filter(Boolean).length;
}

describe('a budget of tokens (PRT-15)', () => {
  it('starts with ten retries and earns one in ten first calls', () => {
    const budget = budgetOf();
    expect(taken(budget, 20)).toBe(10);
    for (let call = 0; call < 9; call += 1) budget.begin();
    expect(budget.take()).toBe(false);
    budget.begin();
    expect([budget.take(), budget.take()]).toEqual([true, false]);
  });

  it('holds no more than it may, and earns nothing with a refill of 0 (PX-13, PX-14)', () => {
    const small = budgetOf({ budgetTokens: 2, budgetRefill: 1 });
    for (let call = 0; call < 50; call += 1) small.begin();
    expect(small.tokens).toBe(2);
    const dry = budgetOf({ budgetTokens: 1, budgetRefill: 0 });
    expect(dry.take()).toBe(true);
    for (let call = 0; call < 50; call += 1) dry.begin();
    expect(dry.take()).toBe(false);
  });

  it('never gives more than it started with and has earned', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 500 }), fc.double({ min: 0, max: 1, noNaN: true }), (steps, budgetRefill) => {
        const budget = budgetOf({ budgetRefill });
        let given = 0;
        let calls = 0;
        for (const isCall of steps) {
          if (isCall) calls += 1;
          if (isCall) budget.begin();
          else if (budget.take()) given += 1;
        }
        expect(given).toBeLessThanOrEqual(10 + calls * budgetRefill + 1e-6);
        expect(budget.tokens).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe('a budget by ratio (PRT-15)', () => {
  const underWay = (calls: number, options: Partial<BudgetOptions> = {}): RetryBudget => {
    const budget = budgetOf({ budget: 'ratio', ...options });
    for (let call = 0; call < calls; call += 1) budget.begin();
    return budget;
  };

  it('lets three retries be in flight, however few calls there are', () => {
    expect(taken(underWay(1), 10)).toBe(3);
    expect(taken(underWay(10, { budgetRatio: 0 }), 10)).toBe(3);
  });

  it('lets a fifth of the calls in flight be retries', () => {
    expect(taken(underWay(100), 100)).toBe(20);
    expect(taken(underWay(100, { budgetRatio: 1 }), 200)).toBe(100);
  });

  it('has room again when retries or calls are over', () => {
    const budget = underWay(100);
    expect(taken(budget, 100)).toBe(20);
    budget.giveBack();
    expect(taken(budget, 2)).toBe(1);
    for (let call = 0; call < 50; call += 1) budget.end();
    budget.giveBack();
    expect(budget.take()).toBe(false);
    expect(budget.inFlight).toBe(50);
  });
});

describe('budgets', () => {
  it('have no end where there is none', () => {
    const budget = budgetOf({ budget: 'none' });
    expect(taken(budget, 1000)).toBe(1000);
    expect(budget.tokens).toBeUndefined();
  });

  it('are shared by name within an environment, and not across names or options', () => {
    const budgets = new RetryBudgets();
    const payments = budgets.of('payments', RETRY_DEFAULTS);
    expect(budgets.of('payments', { ...RETRY_DEFAULTS })).toBe(payments);
    expect(budgets.of('orders', RETRY_DEFAULTS)).not.toBe(payments);
    expect(budgets.of('payments', { ...RETRY_DEFAULTS, budgetTokens: 5 })).not.toBe(payments);
  });

  it('are remembered for a thousand names, of which the longest unused is forgotten first', () => {
    const budgets = new RetryBudgets();
    const [first, second] = ['n0', 'n1'].map((name) => budgets.of(name, RETRY_DEFAULTS));
    for (let name = 2; name < 1000; name += 1) budgets.of(`n${name}`, RETRY_DEFAULTS);
    expect(budgets.of('n0', RETRY_DEFAULTS)).toBe(first);
    budgets.of('one more', RETRY_DEFAULTS);
    expect(budgets.of('n0', RETRY_DEFAULTS)).toBe(first);
    expect(budgets.of('n1', RETRY_DEFAULTS)).not.toBe(second);
  });
});

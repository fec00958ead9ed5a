import { describe, expect, it } from '@jest/globals';
import { resolveBulkheadOptions } from '../../../runtime/src/bulkhead/options.ts';
import { basicBulkhead, BULKHEAD_PROFILES, operationBulkhead, priorityBulkhead, tenantBulkhead } from '../../../runtime/src/bulkhead/presets.ts';

describe('the presets of bulkheads', () => {
  it('basic: so many calls, a wait of 30 s, a tenth for a tenant and a fifth for an operation (BH-16)', () => {
    expect(resolveBulkheadOptions(basicBulkhead('payments', 100))).toMatchObject({
      name: 'payments', maxConcurrent: 100, maxWaitMs: 30_000, defaultTenantLimit: 10, defaultOperationLimit: 20, perTenant: false, perOperation: false, priority: false,
    });
  });

  it('basic: never a share of none (PBH-10)', () => {
    expect(resolveBulkheadOptions(basicBulkhead('payments', 5))).toMatchObject({ defaultTenantLimit: 1, defaultOperationLimit: 1 });
  });

  it('tenant and operation: the basic one with isolation (BH-17)', () => {
    const basic = { maxConcurrent: 100, maxWaitMs: 30_000 };
    expect(resolveBulkheadOptions(tenantBulkhead('payments', 100, { acme: 30 }))).toMatchObject({ ...basic, perTenant: true, perOperation: false, tenantLimits: new Map([['acme', 30]]) });
    expect(resolveBulkheadOptions(tenantBulkhead('payments', 100))).toMatchObject({ ...basic, perTenant: true });
    expect(resolveBulkheadOptions(operationBulkhead('payments', 100, { pay: 40 }))).toMatchObject({ ...basic, perTenant: false, perOperation: true, operationLimits: new Map([['pay', 40]]) });
    expect(resolveBulkheadOptions(operationBulkhead('payments', 100))).toMatchObject({ ...basic, perOperation: true });
  });

  it('priority: the basic one with priority and a threshold of 8 (BH-18)', () => {
    const priorityOf = () => 'high' as const;
    expect(resolveBulkheadOptions(priorityBulkhead('payments', 100, priorityOf))).toMatchObject({ maxConcurrent: 100, maxWaitMs: 30_000, priority: true, highPriorityThreshold: 8, priorityOf });
    expect(resolveBulkheadOptions(priorityBulkhead('payments', 100))).toMatchObject({ priority: true });
  });
});

describe('the profiles of bulkheads', () => {
  const resolved = (profile: keyof typeof BULKHEAD_PROFILES) => resolveBulkheadOptions({ name: 'payments', ...BULKHEAD_PROFILES[profile] });

  it('high throughput: 50 at a time, 20 wait up to 10 s (BH-19)', () => {
    expect(resolved('highThroughput')).toMatchObject({ maxConcurrent: 50, queueSize: 20, maxWaitMs: 10_000 });
  });

  it('resource constrained: 5 at a time, 2 wait up to 2 s (BH-20)', () => {
    expect(resolved('resourceConstrained')).toMatchObject({ maxConcurrent: 5, queueSize: 2, maxWaitMs: 2000 });
  });

  it('inbound: 100 requests at a time, and a bounded line (C-12)', () => {
    expect(resolved('inbound')).toMatchObject({ inbound: true, maxConcurrent: 100, queueSize: 50, maxWaitMs: 5000 });
  });
});

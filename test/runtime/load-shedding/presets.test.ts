import { describe, expect, it } from '@jest/globals';
import { LOAD_SHEDDING_DEFAULTS, resolveLoadSheddingOptions } from '../../../runtime/src/load-shedding/options.ts';
import { adaptiveLoadShedding, basicLoadShedding, customLoadShedding, priorityLoadShedding } from '../../../runtime/src/load-shedding/presets.ts';

describe('the presets of load shedding', () => {
  it('basic is the adaptive strategy with every default, switched on (LS-19)', () => {
    expect(resolveLoadSheddingOptions(basicLoadShedding())).toMatchObject({ ...LOAD_SHEDDING_DEFAULTS, strategy: 'adaptive', enabled: true });
    expect(resolveLoadSheddingOptions(basicLoadShedding('api')).name).toBe('api');
  });

  it('the others are basic with a strategy of their own (LS-20)', () => {
    const shouldShed = () => false;
    expect(resolveLoadSheddingOptions(priorityLoadShedding({ high: 0.1 }))).toMatchObject({ strategy: 'priority', priorityRateCaps: { high: 0.1, low: 1 } });
    expect(resolveLoadSheddingOptions(adaptiveLoadShedding(250, 'api'))).toMatchObject({ strategy: 'adaptive', targetLatencyMs: 250, name: 'api' });
    expect(resolveLoadSheddingOptions(customLoadShedding(shouldShed))).toMatchObject({ strategy: 'custom', shouldShed });
  });
});

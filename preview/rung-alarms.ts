import { statesOf, type AlarmState } from './alarm-states.ts';
import { COMPARISONS, type Alarm, type CompositeAlarm, type MetricAlarm } from './alarms.ts';
import { alarmsInRule, ruleHolds } from './composite-rule.ts';
import { NAMESPACE } from './contract-metrics.ts';
import type { Series } from './metric-math.ts';
import { answersTo, metricsIn } from './queries.ts';
import type { RunMetrics } from './run-metrics.ts';
import { scaledPeriodMs } from './time-scale.ts';

/** A time in which an alarm rang, from the start of the run. */
export interface Ring {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What became of an alarm in a run. */
export interface AlarmOutcome {
  readonly alarm: Alarm;
  /** Whether a local run can tell: what AWS measures it cannot. */
  readonly isMeasured: boolean;
  readonly rings: readonly Ring[];
  /** Alarms in its rule of which a local run can tell nothing, so that they count as quiet. */
  readonly unmeasured: number;
  /** The figure that came closest to the threshold; undefined without figures. */
  readonly extreme: number | undefined;
}

interface Evaluated extends AlarmOutcome {
  /** After each period; none if the run cannot tell. */
  readonly states: readonly AlarmState[];
  readonly periodMs: number;
}

/** Evaluates alarms over a run, with scaled periods. Those that others are made of may come in any order. */
export function ringAlarms(alarms: readonly Alarm[], run: RunMetrics): AlarmOutcome[] {
  return new Belfry(alarms, run).outcomes();
}

class Belfry {
  readonly #alarms: readonly Alarm[];
  readonly #run: RunMetrics;
  readonly #evaluated = new Map<Alarm, Evaluated>();

  constructor(alarms: readonly Alarm[], run: RunMetrics) {
    this.#alarms = alarms;
    this.#run = run;
  }

  outcomes(): AlarmOutcome[] {
    return this.#alarms.map((alarm) => {
      const { isMeasured, rings, unmeasured, extreme } = this.#outcomeOf(alarm);
      return { alarm, isMeasured, rings, unmeasured, extreme };
    });
  }

  #outcomeOf(alarm: Alarm): Evaluated {
    const known = this.#evaluated.get(alarm) ?? (alarm.kind === 'metric' ? this.#ofMetrics(alarm) : this.#ofAlarms(alarm));
    this.#evaluated.set(alarm, known);
    return known;
  }

  #ofMetrics(alarm: MetricAlarm): Evaluated {
    const isMeasured = metricsIn(alarm.queries).every(({ namespace }) => namespace === NAMESPACE);
    const periodMs = scaledPeriodMs(alarm.periodS);
    const series = isMeasured ? this.#seriesOf(alarm, periodMs) : [];
    const states = statesOf(alarm, series);
    return { alarm, isMeasured, rings: ringsOf(states, periodMs), unmeasured: 0, extreme: extremeOf(series, alarm), states, periodMs };
  }

  #seriesOf(alarm: MetricAlarm, periodMs: number): Series {
    const [answer] = answersTo(alarm.queries, this.#run, periodMs);
    if (answer === undefined) throw new Error(`${alarm.path} has no metric of its own`);
    return answer.series;
  }

  #ofAlarms(alarm: CompositeAlarm): Evaluated {
    const periodMs = scaledPeriodMs(60);
    const members = [...new Set(alarmsInRule(alarm.rule))].map((name) => this.#find(name));
    const unmeasured = members.filter((member) => member?.isMeasured !== true).length;
    // Members of longer periods speak at the end of these.
    const lastMs = Math.max(...members.map((member) => (member === undefined ? 0 : member.states.length * member.periodMs)));
    const states = Array.from({ length: Math.ceil(lastMs / periodMs) }, (_, index): AlarmState => {
      const stateOf = (name: string) => stateAt(this.#find(name), (index + 1) * periodMs);
      return ruleHolds(alarm.rule, stateOf) ? 'ALARM' : 'OK';
    });
    const isMeasured = unmeasured < members.length;
    return { alarm, isMeasured, rings: ringsOf(states, periodMs), unmeasured, extreme: undefined, states, periodMs };
  }

  /** An alarm by its id, its name, or an ARN that ends in its name. */
  #find(name: string): Evaluated | undefined {
    const alarm = this.#alarms.find((each) => each.id === name || each.name === name || name.endsWith(`:alarm:${each.name}`));
    return alarm === undefined ? undefined : this.#outcomeOf(alarm);
  }
}

/** The state of an alarm at a time, which is that of the last period that was over; undefined if the run cannot tell. */
function stateAt(alarm: Evaluated | undefined, atMs: number): AlarmState | undefined {
  if (alarm?.isMeasured !== true) return undefined;
  return alarm.states[Math.min(alarm.states.length, Math.floor(atMs / alarm.periodMs)) - 1] ?? 'INSUFFICIENT_DATA';
}

function ringsOf(states: readonly AlarmState[], periodMs: number): Ring[] {
  const rings: Ring[] = [];
  states.forEach((state, index) => {
    if (state !== 'ALARM') return;
    // The state is that of the end of a period, and holds until the end of the next.
    const [fromMs, toMs] = [(index + 1) * periodMs, Math.min(index + 2, states.length) * periodMs];
    const last = rings.at(-1);
    if (last?.toMs === fromMs) rings[rings.length - 1] = { fromMs: last.fromMs, toMs };
    else rings.push({ fromMs, toMs });
  });
  return rings;
}

function extremeOf(series: Series, { comparison }: MetricAlarm): number | undefined {
  const values = series.filter((value) => value !== undefined);
  const sign = COMPARISONS[comparison].breaches(1, 0) ? 1 : -1;
  return values.reduce<number | undefined>((most, value) => (most === undefined || sign * value > sign * most ? value : most), undefined);
}

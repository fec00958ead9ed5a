/** Figures of one period, by id; undefined where nothing was sent. */
export type Sample = Readonly<Record<string, number | undefined>>;

/** Figures of successive periods. */
export type Series = readonly (number | undefined)[];

/**
 * The part of CloudWatch's metric math that the constructs use, for one period: numbers, ids, `+ - * /`, comparisons,
 * `IF`, `FILL` and `PERIOD`. Arithmetic on something missing is missing.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 *
 * @throws Error if the expression has anything else in it.
 */
export function evaluate(expression: string, sample: Sample, periodS = 60): number | undefined {
  const series = Object.fromEntries(Object.entries(sample).map(([id, value]) => [id, [value]]));
  return evaluateSeries(expression, series, 1, periodS)[0];
}

/**
 * The same for successive periods, in which `FILL(id, REPEAT)` has something to repeat.
 *
 * @param periods how many they are.
 * @param periodS length of each in seconds.
 * @throws Error if the expression has anything else in it.
 */
export function evaluateSeries(expression: string, series: Readonly<Record<string, Series>>, periods: number, periodS: number): Series {
  const tokens = expression.match(/\d[\d.]*|\w+|[<>=!]=|[-+*/(),<>]|\S/g) ?? [];
  const parser = new Parser(tokens, series, periods, periodS);
  const value = parser.comparison();
  if (!parser.isAtEnd) throw new Error(`cannot evaluate ${expression}`);
  return value;
}

/** The ids of the metrics that an expression names. */
export function idsIn(expression: string): string[] {
  return [...new Set(expression.match(/\b[a-z]\w*/g) ?? [])];
}

type Binary = (a: number, b: number) => number;

const COMPARISONS: Readonly<Record<string, Binary>> = {
  '>=': (a, b) => (a >= b ? 1 : 0),
  '<=': (a, b) => (a <= b ? 1 : 0),
  '==': (a, b) => (a === b ? 1 : 0),
  '!=': (a, b) => (a !== b ? 1 : 0),
  '>': (a, b) => (a > b ? 1 : 0),
  '<': (a, b) => (a < b ? 1 : 0),
};
const SUMS: Readonly<Record<string, Binary>> = { '+': (a, b) => a + b, '-': (a, b) => a - b };
// What is divided by zero is missing.
const PRODUCTS: Readonly<Record<string, (a: number, b: number) => number | undefined>> = {
  '*': (a, b) => a * b,
  '/': (a, b) => (b === 0 ? undefined : a / b),
};

/** Calculates while it reads. No parameter properties, no imports: the tests of lib/ load this file as CommonJS. */
class Parser {
  readonly #tokens: readonly string[];
  readonly #series: Readonly<Record<string, Series>>;
  readonly #periods: number;
  readonly #periodS: number;
  #at = 0;

  constructor(tokens: readonly string[], series: Readonly<Record<string, Series>>, periods: number, periodS: number) {
    this.#tokens = tokens;
    this.#series = series;
    this.#periods = periods;
    this.#periodS = periodS;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#tokens.length;
  }

  comparison(): Series {
    return this.#binary(COMPARISONS, () => this.#sum());
  }

  #sum(): Series {
    return this.#binary(SUMS, () => this.#product());
  }

  #product(): Series {
    return this.#binary(PRODUCTS, () => this.#atom());
  }

  #binary(operators: Readonly<Record<string, (a: number, b: number) => number | undefined>>, next: () => Series): Series {
    let left = next();
    for (let operate = operators[this.#next]; operate !== undefined; operate = operators[this.#next]) {
      const apply = operate;
      this.#take();
      const right = next();
      left = left.map((a, index) => {
        const b = right[index];
        return a === undefined || b === undefined ? undefined : apply(a, b);
      });
    }
    return left;
  }

  #atom(): Series {
    const token = this.#take();
    if (token === '(') return this.#closing(this.comparison());
    if (/^\d/.test(token)) return this.#constant(Number(token));
    if (this.#next === '(') return this.#call(token);
    const series = Object.hasOwn(this.#series, token) ? this.#series[token] : undefined;
    if (series === undefined) throw new Error(`${token} is not among the metrics`);
    return series;
  }

  #call(name: string): Series {
    const values: Series[] = [];
    do {
      this.#take();
      values.push(this.#next === 'REPEAT' ? this.#repeated(values[0]) : this.comparison());
    } while (this.#next === ',');
    const [first = [], second = [], third = []] = values;
    this.#closing(first);
    if (name === 'FILL') return first.map((value, index) => value ?? second[index]);
    if (name === 'PERIOD') return this.#constant(this.#periodS);
    if (name === 'IF') return first.map((value, index) => (value === undefined ? undefined : value !== 0 ? second[index] : third[index]));
    throw new Error(`${name} is not known`);
  }

  /** The last value before each period. */
  #repeated(series: Series = []): Series {
    this.#take();
    let last: number | undefined;
    return series.map((value) => (last = value ?? last));
  }

  #constant(value: number): Series {
    return new Array<number>(this.#periods).fill(value);
  }

  #closing(value: Series): Series {
    if (this.#take() !== ')') throw new Error('a bracket is missing');
    return value;
  }

  get #next(): string {
    return this.#tokens[this.#at] ?? '';
  }

  #take(): string {
    const token = this.#next;
    this.#at += 1;
    return token;
  }
}

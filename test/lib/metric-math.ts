/** Figures of one period, by id; undefined where nothing was sent. */
export type Sample = Readonly<Record<string, number | undefined>>;

/**
 * The part of CloudWatch's metric math that the constructs use, for one period: numbers, ids, `+ - * /`, comparisons,
 * `IF`, `FILL` and `PERIOD`. Arithmetic on something missing is missing.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */
export function evaluate(expression: string, sample: Sample, periodS = 60): number | undefined {
  const tokens = expression.match(/[\d.]+|\w+|>=|[-+*/(),]/g) ?? [];
  const parser = new Parser(tokens, sample, periodS);
  const value = parser.comparison();
  if (!parser.isAtEnd) throw new Error(`cannot evaluate ${expression}`);
  return value;
}

type Value = number | undefined;

const OPERATORS: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '>=': (a, b) => (a >= b ? 1 : 0),
};

class Parser {
  private at = 0;

  constructor(
    private readonly tokens: readonly string[],
    private readonly sample: Sample,
    private readonly periodS: number,
  ) {}

  get isAtEnd(): boolean {
    return this.at === this.tokens.length;
  }

  comparison(): Value {
    return this.binary(['>='], () => this.sum());
  }

  private sum(): Value {
    return this.binary(['+', '-'], () => this.product());
  }

  private product(): Value {
    return this.binary(['*', '/'], () => this.atom());
  }

  private binary(operators: readonly string[], next: () => Value): Value {
    let left = next();
    while (operators.includes(this.tokens[this.at] ?? '')) {
      const operate = OPERATORS[this.take()]!;
      const right = next();
      left = left === undefined || right === undefined ? undefined : operate(left, right);
    }
    return left;
  }

  private atom(): Value {
    const token = this.take();
    if (token === '(') return this.closing(this.comparison());
    if (/^[\d.]/.test(token)) return Number(token);
    if (this.tokens[this.at] === '(') return this.call(token);
    if (!Object.hasOwn(this.sample, token)) throw new Error(`${token} is not among the metrics`);
    return this.sample[token];
  }

  private call(name: string): Value {
    const values: Value[] = [];
    do {
      this.take();
      values.push(this.comparison());
    } while (this.tokens[this.at] === ',');
    this.closing(undefined);
    const [first, second, third] = values;
    if (name === 'FILL') return first ?? second;
    if (name === 'PERIOD') return this.periodS;
    if (name === 'IF') return first === undefined ? undefined : first !== 0 ? second : third;
    throw new Error(`${name} is not known`);
  }

  private closing(value: Value): Value {
    if (this.take() !== ')') throw new Error('a bracket is missing');
    return value;
  }

  private take(): string {
    const token = this.tokens[this.at] ?? '';
    this.at += 1;
    return token;
  }
}

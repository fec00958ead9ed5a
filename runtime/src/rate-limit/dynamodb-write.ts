/** A conditional write to the item of a key. */
export interface RateLimitWrite {
  readonly UpdateExpression: string;
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames: Record<string, string>;
  readonly ExpressionAttributeValues: Record<string, unknown>;
}

/** Collects the parts of one write and the names and values they use. Every name is aliased: the list of reserved words is long. */
export class WriteBuilder {
  readonly #sets: string[] = [];
  readonly #removes: string[] = [];
  readonly #conditions: string[] = [];
  readonly #names: Record<string, string> = {};
  readonly #values: Record<string, unknown> = {};

  /** The alias of an attribute. */
  name(attribute: string): string {
    this.#names[`#${attribute}`] = attribute;
    return `#${attribute}`;
  }

  /** The placeholder of a value. */
  value(alias: string, value: unknown): string {
    this.#values[`:${alias}`] = value;
    return `:${alias}`;
  }

  /** Sets an attribute to a value. */
  set(attribute: string, value: unknown): void {
    this.assign(attribute, this.value(`new_${attribute}`, value));
  }

  /** Sets an attribute to what an expression gives. */
  assign(attribute: string, expression: string): void {
    this.#sets.push(`${this.name(attribute)} = ${expression}`);
  }

  /** Adds to a number that may not be there yet. */
  increase(attribute: string, by: number): void {
    const old = `if_not_exists(${this.name(attribute)}, ${this.value('zero', 0)})`;
    this.assign(attribute, `${old} + ${this.value(`add_${attribute}`, by)}`);
  }

  /** Removes an attribute. */
  remove(attribute: string): void {
    this.#removes.push(this.name(attribute));
  }

  /** Demands that a condition holds. */
  require(condition: string): void {
    this.#conditions.push(condition);
  }

  /** Demands that an attribute is missing, or compares to a placeholder as stated. */
  unlessPresent(attribute: string, comparator: string, placeholder: string): void {
    const name = this.name(attribute);
    this.require(`(attribute_not_exists(${name}) OR ${name} ${comparator} ${placeholder})`);
  }

  /** The write. */
  build(): RateLimitWrite {
    const removes = this.#removes.length === 0 ? '' : ` REMOVE ${this.#removes.join(', ')}`;
    return {
      UpdateExpression: `SET ${this.#sets.join(', ')}${removes}`,
      ConditionExpression: this.#conditions.join(' AND '),
      ExpressionAttributeNames: this.#names,
      ExpressionAttributeValues: this.#values,
    };
  }
}

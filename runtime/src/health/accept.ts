interface Range {
  readonly type: string;
  readonly quality: number;
}

/** Whether a caller would rather have plain text than JSON, by the values of its `Accept`. */
export function prefersText(accept: readonly string[]): boolean {
  const ranges = accept.flatMap((value) => value.split(',')).map(rangeOf);
  return qualityOf(ranges, 'text/plain') > qualityOf(ranges, 'application/json');
}

function rangeOf(text: string): Range {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const [, quality = '1'] = parameters.map((parameter) => /^q=([\d.]+)$/.exec(parameter)).find((match) => match !== null) ?? [];
  return { type, quality: Number(quality) };
}

/** What names a type more closely goes before what names it less. */
function qualityOf(ranges: readonly Range[], type: string): number {
  const [group = ''] = type.split('/');
  for (const wanted of [type, `${group}/*`, '*/*']) {
    const found = ranges.find((range) => range.type === wanted);
    if (found !== undefined) return found.quality;
  }
  return 0;
}

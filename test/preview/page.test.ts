import { describe, expect, it } from '@jest/globals';
import { figure } from '../../preview/html.ts';
import { renderMarkdown } from '../../preview/markdown.ts';
import { renderPreview } from '../../preview/preview.ts';
import { queriesOf } from '../../preview/dashboards.ts';
import { resolveValue } from '../../preview/template.ts';
import { emf, LINES, PAYMENTS, templateWith, WIDGETS } from './sample.ts';

const preview = (more: Partial<Parameters<typeof renderPreview>[0]> = {}) => renderPreview({ title: 'Shop', template: templateWith(), lines: LINES, ...more });

/** The cell of a widget, by its title. */
function cell(html: string, title: string): string {
  const start = html.indexOf(`<h3>${title}</h3>`);
  expect(start).toBeGreaterThan(0);
  const end = html.indexOf('<div class="cell"', start);
  return html.slice(start, end === -1 ? undefined : end);
}

describe('the page of a preview', () => {
  const { html, problems } = preview();

  it('has every widget with its title, at its place on 24 columns', () => {
    for (const { properties } of WIDGETS) if (properties.title !== undefined) expect(html).toContain(`<h3>${properties.title.replace('<ms>', '&lt;ms&gt;')}</h3>`);
    expect(html.match(/<div class="cell"/g)).toHaveLength(WIDGETS.length);
    expect(html).toContain('style="grid-column:17/span 8;grid-row:8/span 6"');
    expect(problems).toEqual([]);
  });

  it('needs nothing else: no script, no style and no picture from elsewhere', () => {
    expect(html).not.toMatch(/<script|<link|<img|src=|url\((?!#)/);
    expect(html).toMatch(/prefers-color-scheme: dark/);
  });

  it('draws lines with legends and units', () => {
    const requests = cell(html, 'Requests');
    expect(requests).toContain('<svg ');
    expect(requests).toContain('>requests</text>');
    expect(requests).toContain('>Count</text>');
    expect(cell(html, 'Latency &lt;ms&gt;')).toContain('>Milliseconds</text>');
    expect(cell(html, 'State')).toContain('>open</text>');
    // A share has no unit of its own, whatever it is made of.
    expect(cell(html, 'Share that failed')).not.toContain('>Count</text>');
  });

  it('names a line that would press all others flat, in place of drawing it', () => {
    expect(cell(html, 'Latency &lt;ms&gt;')).toContain('timeout at 30,000 is far above');
  });

  it('invents nothing for what AWS measures, and for what is read out of log lines', () => {
    expect(cell(html, 'Lambda')).toContain('Measured by AWS only: Invocations.');
    expect(cell(html, 'Latest changes')).toContain('CloudWatch Logs Insights');
    for (const title of ['Lambda', 'Latest changes']) expect(cell(html, title)).not.toContain('<svg');
  });

  it('says of what was never sent that nothing of it happened', () => {
    expect(cell(html, 'Health')).toContain('Never sent in this run, because nothing of it happened: HealthCheckFailures.');
    expect(cell(html, 'Table')).toContain('Never sent in this run, because nothing of it happened: StoreErrors.');
  });

  it('says what a second stands for, and when each alarm would have rung', () => {
    expect(html).toContain('1 s stands for 60 s');
    expect(html).toMatch(/Open<\/td>.*rang 5–8 s/);
    expect(html).toMatch(/ErrorRate<\/td>.*percent \(RequestErrors, Requests\) ≥ 5 in 2 of 3 × 60 s.*rang 4–6 s/);
    expect(html).toMatch(/Failures<\/td>.*did not ring: at most 40/);
    expect(html).toMatch(/Throttles<\/td>.*measured by AWS only/);
    expect(cell(html, 'Alarms').match(/class="chip rang"/g)).toHaveLength(2);
  });
});

describe('what a preview finds wrong', () => {
  const missing = (name: string, dimensions: Readonly<Record<string, string>>, lines = LINES) => preview({ lines, exercised: [{ name, dimensions }] });

  it('is a metric that was exercised and has no data', () => {
    const { problems, html } = missing('CircuitRefused', PAYMENTS, LINES.filter((line) => !line.includes('CircuitRefused')));
    expect(problems).toEqual(['CircuitRefused {circuit=payments, service=checkout} has no data in a run that exercised it, and nothing of that name was sent']);
    expect(html).toContain('CircuitRefused {circuit=payments, service=checkout} has no data');
    expect(cell(html, 'Circuit')).toContain('No data, although exercised: CircuitRefused');
  });

  it('is one that was sent by other dimensions, which it names', () => {
    const { problems } = missing('CircuitRefused', PAYMENTS, LINES.map((line) => line.replaceAll('"payments"', '"Payments"')));
    expect(problems).toEqual([expect.stringContaining('while the run sent CircuitRefused {circuit=Payments, service=checkout}')]);
  });

  it('is one that was exercised, and that no widget and no alarm asks for', () => {
    expect(missing('CircuitFallbacks', PAYMENTS).problems).toEqual([expect.stringContaining('was exercised, but no widget and no alarm asks for it')]);
  });

  it('is a unit other than that of the contract', () => {
    const { problems } = preview({ lines: LINES.map((line) => line.replace('"Milliseconds"', '"Seconds"')) });
    expect(problems).toEqual(['RequestLatency {service=checkout} was sent in Seconds, and the contract has Milliseconds']);
  });

  it('is an alarm that watches another unit than is sent, because it would never ring', () => {
    const { Resources = {} } = templateWith();
    const Open = { ...Resources['Open']!, Properties: { ...Resources['Open']!.Properties, Unit: 'Count' } };
    expect(preview({ template: { Resources: { ...Resources, Open } } }).problems).toEqual(['Open watches CircuitState {circuit=payments, service=checkout} in Count, and it was sent in None']);
  });

  it('is a metric that the runtime does not know, or not by these dimensions', () => {
    const widget = (name: string) => ({ type: 'metric', properties: { title: name, metrics: [['ResilientLambda', name, 'service', 'checkout', { stat: 'Sum' }]] } });
    expect(preview({ template: templateWith([widget('CircuitBroken'), widget('CircuitOpened')]), exercised: [] }).problems).toEqual([
      'CircuitBroken {service=checkout} is on the dashboard, and the runtime sends no such metric',
      'CircuitOpened {service=checkout} is asked for by service, and the runtime sends it by circuit, service',
    ]);
  });

  it('is by default what every function sends that answers requests', () => {
    const { problems } = preview({ lines: [emf(0, { service: 'Checkout' }, { Requests: 1 })] });
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual(['Requests', 'RequestLatency', 'CircuitState']);
  });

  it('is shown apart from what was sent and nothing asks for', () => {
    const { coverage, html } = preview({ lines: [...LINES, emf(1, PAYMENTS, { CircuitFallbacks: 1 })] });
    expect(coverage.unseen.map(({ name }) => name)).toEqual(['CircuitFallbacks']);
    expect(html).toContain('<li>CircuitFallbacks {circuit=payments, service=checkout}</li>');
  });

  it.each([
    ['a template without a dashboard', { template: {} }, 'the template has no dashboard'],
    ['lines without metrics', { lines: ['START'] }, 'there are no metrics among the lines'],
  ])('is %s, of which there is no page', (_what, more, message) => {
    expect(() => preview(more)).toThrow(message);
  });
});

describe('a template', () => {
  it('is read with names in place of what only CloudFormation knows', () => {
    const names = { Table: 'orders-1' };
    const of = (value: unknown) => resolveValue(value, names);
    expect(of({ Ref: 'Table' })).toBe('orders-1');
    expect(of({ 'Fn::GetAtt': ['Alarm', 'Arn'] })).toBe('Alarm');
    expect(of({ 'Fn::Join': ['-', ['a', { Ref: 'Table' }]] })).toBe('a-orders-1');
    expect(of({ 'Fn::Sub': ['${Table}/${Own}', { Own: { Ref: 'Other' } }] })).toBe('orders-1/Other');
    expect(of([{ Name: 'table', Value: { Ref: 'Table' } }])).toEqual([{ Name: 'table', Value: 'orders-1' }]);
  });

  it('may abbreviate metrics of a widget by dots', () => {
    const metrics = [['N', 'm', 'a', '1', 'b', '2', { stat: 'Sum' }], ['.', 'n', '.', '.', '.', '3'], ['...', '4', { label: 'last' }]];
    expect(queriesOf({ metrics }).map(({ metric, statistic, label }) => [metric?.name, metric?.dimensions, statistic, label])).toEqual([
      ['m', { a: '1', b: '2' }, 'Sum', undefined],
      ['n', { a: '1', b: '3' }, 'Average', undefined],
      ['n', { a: '1', b: '4' }, 'Average', 'last'],
    ]);
  });
});

describe('the text of a widget', () => {
  it('has headings, paragraphs, lists, bold, code and links', () => {
    expect(renderMarkdown('## Shop\n\nSee [this](https://example.com/#a), **now** or `later`\n\n- one\n* two')).toBe(
      '<h2>Shop</h2>\n<p>See <a href="https://example.com/#a">this</a>, <b>now</b> or <code>later</code></p>\n<ul><li>one</li><li>two</li></ul>',
    );
  });

  it('brings in nothing else', () => {
    expect(renderMarkdown('<script>x</script> [a](javascript:x)')).toBe('<p>&lt;script&gt;x&lt;/script&gt; [a](javascript:x)</p>');
    expect(preview({ title: '<b>' }).html).toContain('<title>&lt;b&gt;</title>');
  });
});

describe('a figure', () => {
  it.each([
    [0, '0'],
    [0.01, '0.01'],
    [0.333, '0.33'],
    [12.34, '12.3'],
    [24_000, '24,000'],
  ])('%d reads %s', (value, text) => {
    expect(figure(value)).toBe(text);
  });
});

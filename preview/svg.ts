import { LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent, TitleComponent } from 'echarts/components';
import { init, use, type EChartsCoreOption } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

use([LineChart, GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent, TitleComponent, SVGRenderer]);

/** Draws lines over time as an SVG picture, without a browser. */
export function renderSvg(width: number, height: number, option: EChartsCoreOption): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  chart.setOption({ animation: false, ...option });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

/** An axis of seconds, one for each grid of a picture. */
export function timeAxis(endSeconds: number, gridIndex = 0): object {
  return {
    type: 'value',
    gridIndex,
    min: 0,
    max: endSeconds,
    splitLine: { show: false },
    axisLabel: { formatter: '{value} s', hideOverlap: true },
  };
}

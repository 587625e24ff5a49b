import { Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { formatMoney } from '../../format/money.ts';
import { visibleText } from '../../ui/agent-text.tsx';
import { heightOf, type SpendChart } from './series.ts';
import styles from './spend.module.css';

const HEIGHT_PX = 260;

/** Bars by day, stacked by group. The table below it has the same figures: this picture is not read out. */
export default function SpendChartView({ chart, currency }: { chart: SpendChart; currency: string }) {
  const data = chart.days.map(({ day, amounts }) => ({
    day: day.slice(5),
    ...Object.fromEntries(chart.series.map((series, index) => [`s${index}`, heightOf(amounts[series], currency)])),
  }));
  return (
    <figure className={styles.figure} aria-hidden="true">
      <ResponsiveContainer width="100%" height={HEIGHT_PX}>
        <BarChart data={data} accessibilityLayer={false}>
          <CartesianGrid stroke="var(--line)" vertical={false} />
          <XAxis dataKey="day" stroke="var(--muted)" tickLine={false} minTickGap={16} fontSize={12} />
          <YAxis stroke="var(--muted)" tickLine={false} axisLine={false} width={56} fontSize={12} />
          <Tooltip
            cursor={{ fill: 'var(--sunken)' }}
            contentStyle={{ background: 'var(--surface)', border: '1px solid var(--line-strong)', borderRadius: 6 }}
            formatter={(value) => formatMoney(toMinor(Number(value), currency), currency)}
          />
          {chart.series.map((series, index) => (
            <Bar
              key={series}
              dataKey={`s${index}`}
              name={visibleText(series)}
              stackId="spend"
              fill={`var(--series-${index + 1})`}
              stroke="var(--surface)"
              isAnimationActive={false}
            />
          ))}
        </BarChart>
      </ResponsiveContainer>
    </figure>
  );
}

/** Back from the height of a bar: for the tip only. */
function toMinor(height: number, currency: string): string {
  const unit = heightOf('1', currency);
  return String(Math.round(height / unit));
}

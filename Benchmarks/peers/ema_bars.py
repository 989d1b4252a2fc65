"""The rule of `omni bench ema-bars` in backtesting.py, for a ratio from one run on one machine.

    python3 -m venv .omni/peer && .omni/peer/bin/pip install backtesting==0.6.6
    .build/release/omni bench ema-bars --bars BARS.csv --json
    .omni/peer/bin/python Benchmarks/peers/ema_bars.py BARS.csv

The same bars, tiled to a million; averages over 10 and 20, always long or short one unit. The peer
keeps its accounts in floating point, has no risk gate, no postings and no journal, and charges no
fee here. Prints bars a second of processor time.
"""

import csv
import sys
import time

import numpy
import pandas
from backtesting import Backtest, Strategy

BARS = 1_000_000


def average(values, period):
    return pandas.Series(values).ewm(span=period, adjust=False).mean().to_numpy()


class Cross(Strategy):
    def init(self):
        self.fast = self.I(average, self.data.Close, 10)
        self.slow = self.I(average, self.data.Close, 20)

    def next(self):
        if self.fast[-1] > self.slow[-1] and not self.position.is_long:
            self.position.close()
            self.buy(size=1)
        elif self.fast[-1] < self.slow[-1] and not self.position.is_short:
            self.position.close()
            self.sell(size=1)


def load(path):
    with open(path) as file:
        rows = [[float(cell) for cell in row[1:6]] for row in list(csv.reader(file))[1:]]
    tiled = numpy.tile(numpy.array(rows), (-(-BARS // len(rows)), 1))[:BARS]
    index = pandas.to_datetime(numpy.arange(BARS, dtype="int64") * 60_000_000_000)
    return pandas.DataFrame(tiled, columns=["Open", "High", "Low", "Close", "Volume"], index=index)


if __name__ == "__main__":
    test = Backtest(load(sys.argv[1]), Cross, cash=1e12)
    start = time.process_time()
    result = test.run()
    used = time.process_time() - start
    print(f"bars_per_cpu_s {BARS / used:.0f} trades {result['# Trades']}")

import OmniReports
import Testing

@Suite("NumberFormat")
struct NumberFormatTests {
  @Test func `a figure has its decimals, commas and a true minus sign`() {
    #expect(NumberFormat.decimal(1_234_567.891, decimals: 2) == "1,234,567.89")
    #expect(NumberFormat.decimal(-0.5, decimals: 2) == "−0.50")
    #expect(NumberFormat.decimal(12, decimals: 0) == "12")
    #expect(NumberFormat.decimal(3.5, decimals: 2, signed: true) == "+3.50")
    #expect(NumberFormat.decimal(999.999, decimals: 2) == "1,000.00")
  }

  @Test func `halves go away from zero, and only exact halves are halves`() {
    #expect(NumberFormat.decimal(0.125, decimals: 2) == "0.13")
    #expect(NumberFormat.decimal(-0.125, decimals: 2) == "−0.13")
    #expect(NumberFormat.decimal(2.5, decimals: 0) == "3")
    // The nearest Doubles to these lie below the half; a plain product would round them up.
    #expect(NumberFormat.decimal(1.115, decimals: 2) == "1.11")
    #expect(NumberFormat.decimal(1.005, decimals: 2) == "1.00")
    #expect(NumberFormat.decimal(0.285, decimals: 2) == "0.28")
  }

  @Test func `what is not a number is unknown, and what rounds to zero has no sign`() {
    for value in [Double.nan, .infinity, -.infinity] {
      #expect(NumberFormat.decimal(value, decimals: 2) == "—")
    }
    #expect(NumberFormat.decimal(-0.001, decimals: 2) == "0.00")
    #expect(NumberFormat.decimal(-0.0, decimals: 1, signed: true) == "0.0")
    #expect(NumberFormat.count(Int?.none) == "—")
  }

  @Test func `large counts have a prefix, and extremes do not trap`() {
    #expect(NumberFormat.si(99_999) == "99,999")
    #expect(NumberFormat.si(412_007) == "412.01\u{00A0}k")
    #expect(NumberFormat.si(-2_500_000) == "−2.50\u{00A0}M")
    #expect(NumberFormat.count(Int.min) == "−9,223,372,036,854,775,808")
    #expect(NumberFormat.decimal(1e300, decimals: 9) == "1e+300")
    #expect(NumberFormat.short(1_234_567_890_123, decimals: 2) == "1.23\u{00A0}T")
    #expect(NumberFormat.short(1_004_812.36, decimals: 2) == "1,004,812.4")
  }

  @Test func `whole numbers of hundredths come back as they are`() {
    for seed in UInt64(0)..<200 {
      var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
      state ^= state >> 29
      let units = Int(state % 1_000_000_000)
      let text = NumberFormat.decimal(Double(units) / 100, decimals: 2)
      let digits = String(text.filter { $0 != "," && $0 != "." })
      #expect(Int(digits) == units, "seed \(seed): \(text)")
    }
  }
}

@Suite("CivilTime")
struct CivilTimeTests {
  @Test func `an instant is its date and time of day in UTC`() {
    #expect(CivilTime(0).text == "1970-01-01 00:00:00")
    #expect(CivilTime(1_640_991_660_000_000_000).text == "2021-12-31 23:01:00")
    #expect(CivilTime(951_782_400_500_000_000).text == "2000-02-29 00:00:00.5")
    #expect(CivilTime(-1).text == "1969-12-31 23:59:59.999999999")
    #expect(CivilTime(.max).text == "2262-04-11 23:47:16.854775807")
    #expect(CivilTime(.min).date == "1677-09-21")
  }

  @Test func `days of a month and dates are inverse to each other`() {
    for year in stride(from: 1680, through: 2260, by: 7) {
      for month in 1...12 {
        let time = CivilTime(CivilTime.days(year: year, month: month) * CivilTime.day)
        #expect(time.year == year && time.month == month && time.dayOfMonth == 1)
      }
    }
  }

  @Test func `a span is told in its two largest units`() {
    #expect(CivilTime.span(4 * CivilTime.hour) == "4\u{00A0}h")
    #expect(CivilTime.span(CivilTime.day * 2 + CivilTime.hour * 3 + 5) == "2\u{00A0}d 3\u{00A0}h")
    #expect(CivilTime.span(0) == "0\u{00A0}s")
  }
}

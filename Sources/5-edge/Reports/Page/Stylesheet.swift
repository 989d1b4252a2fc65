/// The page's styles, but for the colours.
enum Stylesheet {
  static var text: String { frame + tables + charts + media }

  private static let frame = """
    *{box-sizing:border-box}
    html{scroll-padding-top:60px}
    body{margin:0;background:var(--ground);color:var(--text);
    font:13px/1.45 system-ui,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;
    font-variant-numeric:tabular-nums}
    :focus-visible{outline:2px solid var(--accent);outline-offset:1px}
    .skip{position:absolute;left:-999px}.skip:focus{left:8px;top:8px;z-index:9;
    background:var(--raised);padding:8px}
    .shapes{position:absolute;width:0;height:0}
    .top{position:sticky;top:0;z-index:3;display:flex;gap:16px;align-items:center;
    min-height:48px;padding:6px 16px;background:var(--panel);border-bottom:1px solid var(--line)}
    .mark{font-weight:700;letter-spacing:.14em}
    .mode{border:1px solid var(--accent);color:var(--accent);border-radius:4px;padding:1px 8px;
    font-weight:600;font-size:12px;white-space:nowrap}
    .titles{flex:1;min-width:0}
    .titles h1{font-size:14px;font-weight:600;margin:0;line-height:1.25;
    overflow-wrap:anywhere}
    .titles p{margin:0;color:var(--faint);font-size:12px;overflow-wrap:anywhere}
    .buttons{display:flex;gap:8px}
    button,select,input{font:inherit;font-size:12px;color:var(--text);background:var(--panel);
    border:1px solid var(--line);border-radius:4px;height:28px;padding:0 8px;max-width:100%}
    button{cursor:pointer;white-space:nowrap}button:hover{border-color:var(--accent)}
    button:disabled{color:var(--faint);cursor:default;border-color:var(--line)}
    .body{display:grid;grid-template-columns:176px minmax(0,1fr);max-width:1480px}
    nav{position:sticky;top:48px;align-self:start;padding:12px 8px;height:calc(100vh - 48px);
    overflow:auto}
    nav ul{list-style:none;margin:0;padding:0}
    nav a{display:block;padding:6px 10px;border-radius:4px;color:var(--dim);
    text-decoration:none;white-space:nowrap}
    nav a:hover,nav a[aria-current]{background:var(--panel);color:var(--text)}
    nav a[aria-current]{box-shadow:inset 2px 0 var(--accent)}
    main{padding:16px;display:grid;gap:12px;min-width:0;grid-template-columns:minmax(0,1fr);
    align-content:start}
    .card{background:var(--panel);border:1px solid var(--line);border-radius:6px;padding:12px 16px;
    min-width:0}
    h2{font-size:13px;font-weight:600;margin:0 0 8px;display:flex;gap:12px;
    align-items:baseline;flex-wrap:wrap}
    h2 .unit{margin-left:auto;font-size:12px;white-space:pre-wrap}
    h3{font-size:12px;font-weight:600;color:var(--dim);margin:0}
    .unit{color:var(--faint);font-weight:400;font-size:11px}
    .note,.empty{color:var(--faint);font-size:12px;margin:4px 0;max-width:100ch}
    .empty{color:var(--dim)}
    .up{color:var(--up)}.down{color:var(--down)}.arrow{font-size:.75em}
    code{font:12px ui-monospace,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
    .warnings{border-color:var(--warn)}.warnings p{margin:4px 0}.warnings b{color:var(--warn)}
    dl{margin:0}dt{color:var(--faint);font-size:12px}dd{margin:0}
    .headline{display:flex;flex-wrap:wrap;gap:12px 40px;padding-bottom:12px}
    .headline~.headline{gap:12px 32px}
    .headline dd{font-size:15px;font-weight:600;white-space:nowrap}
    .headline .large dd{font-size:26px;letter-spacing:-.01em;line-height:1.25}
    .headline .large .unit{font-size:14px}
    .facts{display:flex;flex-wrap:wrap;gap:8px 32px;border-top:1px solid var(--line);
    padding-top:8px}
    .facts dd{font-weight:500;overflow-wrap:anywhere}
    .statements{display:grid;gap:0}
    .statements>div{display:grid;grid-template-columns:180px minmax(0,1fr);gap:16px;
    padding:5px 0;border-top:1px solid var(--line)}
    .statements>div:first-child{border-top:0}
    .statements dd{max-width:90ch}
    .source+.source{border-top:1px solid var(--line);margin-top:12px;padding-top:12px}
    footer{padding:4px 16px}

    """

  private static let tables = """
    .scroll{overflow-x:auto;max-width:100%}
    table{border-collapse:collapse;width:100%;font-size:12px}
    caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);
    white-space:nowrap}
    .scroll{position:relative}
    th,td{text-align:right;padding:0 8px;height:28px;white-space:nowrap;font-weight:400}
    thead th{color:var(--faint);font-weight:500;border-bottom:1px solid var(--line)}
    tbody tr+tr>*,tfoot tr>*{border-top:1px solid var(--line)}
    tfoot>tr>*{font-weight:600}
    th.left,th[scope=row],td.text,td.choice,td.time{text-align:left}
    tr>:first-child{padding-left:0}tr>:last-child{padding-right:0}
    tbody tr:hover>*{background:color-mix(in srgb,var(--line) 35%,transparent)}
    th[scope=row] small{display:block;color:var(--faint);font-size:11px;white-space:normal;
    max-width:56ch;padding-bottom:4px}
    th button{border:0;background:none;padding:0;height:28px;color:inherit;font-weight:500}
    th[aria-sort] button{color:var(--text)}
    #denied td.text,#data td.text{white-space:normal;min-width:260px;padding-block:4px}
    td.none{color:var(--faint)}td.total{font-weight:600}
    .heat>*{padding:0 6px}
    .gain1{background:rgb(var(--gain-tint)/.08)}.gain2{background:rgb(var(--gain-tint)/.16)}
    .gain3{background:rgb(var(--gain-tint)/.24)}.gain4{background:rgb(var(--gain-tint)/.32)}
    .gain5{background:rgb(var(--gain-tint)/.4)}
    .loss1{background:rgb(var(--loss-tint)/.08)}.loss2{background:rgb(var(--loss-tint)/.16)}
    .loss3{background:rgb(var(--loss-tint)/.24)}.loss4{background:rgb(var(--loss-tint)/.32)}
    .loss5{background:rgb(var(--loss-tint)/.4)}
    .groups{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(260px,100%),1fr));
    gap:16px 32px;align-items:start}
    .groups h3{padding-bottom:4px;border-bottom:1px solid var(--line)}
    .groups th{height:auto;padding:5px 8px 1px 0;vertical-align:top}
    .groups td{height:auto;padding:5px 0 1px 8px;vertical-align:top}
    .tools,.pager{display:flex;flex-wrap:wrap;gap:8px;align-items:center;margin:0 0 8px}
    .pager{margin:8px 0 0;color:var(--faint);font-size:12px}.pager span{margin-right:auto}
    .tools input{width:180px}.tools .end{margin-left:auto}.scroll+.tools{margin:8px 0 0}

    """

  private static let charts = """
    figure{margin:0 0 8px}
    figure+figure{margin-top:20px}
    .legend+figure{margin-top:20px}
    figcaption{display:flex;gap:8px;align-items:baseline;flex-wrap:wrap;padding-bottom:4px;
    min-height:24px}
    .readout{margin-left:auto;font-size:12px;color:var(--dim)}
    .plot{display:grid;grid-template-columns:minmax(0,1fr) 98px}
    svg.area,svg.axis{display:block}svg.area{touch-action:pan-y;cursor:crosshair}
    .grid{stroke:var(--line);stroke-width:1}.zero{stroke:var(--faint);stroke-width:1}
    .axis text,.tick{fill:var(--faint);font-size:11px}
    .axis .tagged{fill:var(--on);font-weight:600}
    .line{fill:none;stroke-width:1.5;stroke:var(--accent);vector-effect:non-scaling-stroke;
    stroke-linejoin:round}
    .fill{stroke:none;fill:var(--accent);opacity:.1}.fill.loss{fill:var(--down)}
    .line.loss{stroke:var(--down)}.tag{fill:var(--accent)}.tag.loss{fill:var(--down)}
    .line.s0{stroke:var(--s0)}.tag.s0{fill:var(--s0)}
    .line.s1{stroke:var(--s1);stroke-dasharray:7 3}.tag.s1{fill:var(--s1)}
    .line.s2{stroke:var(--s2);stroke-dasharray:2 2}.tag.s2{fill:var(--s2)}
    .line.s3{stroke:var(--s3);stroke-dasharray:10 3 2 3}.tag.s3{fill:var(--s3)}
    .line.s4{stroke:var(--s4);stroke-dasharray:4 4}.tag.s4{fill:var(--s4)}
    .line.s5{stroke:var(--s5);stroke-dasharray:12 4}.tag.s5{fill:var(--s5)}
    .line.s6{stroke:var(--s6);stroke-dasharray:1 2}.tag.s6{fill:var(--s6)}
    .line.s7{stroke:var(--s7);stroke-dasharray:16 3 2 3}.tag.s7{fill:var(--s7)}
    .candle{stroke-width:1;vector-effect:non-scaling-stroke}
    .rise{stroke:var(--up);fill:var(--panel)}.fall{stroke:var(--down);fill:var(--down)}
    .gap{fill:var(--line);opacity:.6}
    use.buy{fill:var(--accent)}use.sell{fill:var(--warn)}
    use{stroke:var(--panel);stroke-width:1}
    .cross{stroke:var(--dim);stroke-width:1;stroke-dasharray:3 3;visibility:hidden}
    .legend{list-style:none;display:flex;flex-wrap:wrap;gap:4px 24px;margin:0;padding:0;
    color:var(--dim);font-size:12px}
    .legend li{display:flex;gap:6px;align-items:center}.legend b{font-weight:500;
    color:var(--text)}
    details.twin{font-size:12px}details.twin summary{color:var(--faint);cursor:pointer;
    padding:4px 0;width:fit-content}
    details.twin .scroll{max-height:320px;overflow:auto}
    details.twin table{width:auto;min-width:min(420px,100%)}
    details.twin thead th{position:sticky;top:0;background:var(--panel)}
    .tip{position:fixed;z-index:9;pointer-events:none;background:var(--raised);
    border:1px solid var(--line);border-radius:4px;padding:6px 8px;font-size:12px;
    white-space:pre-line;max-width:360px;box-shadow:0 4px 16px rgb(0 0 0/.25)}
    .choice>div+div{margin-top:12px}

    """

  private static let media = """
    @media(max-width:900px){
    .body{grid-template-columns:minmax(0,1fr)}
    nav{position:static;height:auto;overflow-x:auto;padding:6px 8px;
    border-bottom:1px solid var(--line)}
    nav ul{display:flex}nav a[aria-current]{box-shadow:none}
    .odd{display:none}}
    @media(max-width:560px){
    .top{gap:8px 12px;padding:6px 12px;flex-wrap:wrap;position:static}
    .titles{order:3;flex-basis:100%}.buttons{margin-left:auto}
    main{padding:8px;gap:8px}.card{padding:12px}
    .headline{gap:10px 24px}.headline .large{flex-basis:100%}
    .headline .large dd{font-size:22px}
    .facts{gap:8px 24px}
    .statements>div{grid-template-columns:minmax(0,1fr);gap:0}
    .plot{grid-template-columns:minmax(0,1fr) 78px}
    .readout{margin-left:0;flex-basis:100%;min-height:16px}
    #summary h2 .unit{margin-left:0;flex-basis:100%}
    table th[scope=row],thead th.left:first-child{position:sticky;left:0;
    background:var(--panel);z-index:1;padding-right:8px}
    button,select,input{height:36px}.tools input{width:100%}
    .tools select{flex:1 1 40%}.tools .end{margin-left:0}
    table{font-size:12px}th,td{height:36px}.groups th,.groups td{height:auto}
    nav a{padding:9px 10px}.shape{transform:scale(.75)}use{stroke-width:.6}}
    @media(prefers-reduced-motion:no-preference){button,nav a{transition:border-color .1s,
    background .1s}}
    @media print{
    body{font-size:10px;background:#fff}nav,.buttons,.tools,.pager button,.skip,.twin,.readout{
    display:none!important}
    .body{display:block}.top{position:static}main{padding:0;display:block}
    .card{border:0;border-top:1px solid var(--line);border-radius:0;padding:8px 0}
    figure,tr,.source,.groups>div{break-inside:avoid}.scroll{overflow:visible}
    h2,h3,figcaption{break-after:avoid}.unit,th small{font-size:9px}
    table{font-size:9px}th,td{height:18px;padding:0 4px}
    *{-webkit-print-color-adjust:exact;print-color-adjust:exact}}

    """
}

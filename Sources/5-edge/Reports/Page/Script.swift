/// The page's script; without it everything but long tables' later rows can be read.
///
/// Plain JavaScript without a library. It sets texts and never markup, so that nothing in the data
/// can become code.
enum Script {
  static var text: String { "(()=>{'use strict';\n" + common + charts + rows + page + "})();\n" }

  private static let common = #"""
    const all=(s,e=document)=>[...e.querySelectorAll(s)];
    const make=(tag,text,set)=>Object.assign(document.createElement(tag),{textContent:text||''},set);
    const data=id=>JSON.parse(document.getElementById(id).textContent);
    const group=n=>Math.round(n).toString().replace(/\B(?=(\d{3})+$)/g,',');
    const figure=t=>{const n=parseFloat(t.replace(/[,\s\u00a0+▲▼]/g,'').replace('\u2212','-'));
      return Number.isNaN(n)?-Infinity:n};
    const utc=ns=>{const b=BigInt(ns),g=1000000000n,f=((b%g)+g)%g;
      const d=new Date(Number((b-f)/1000000n)).toISOString().slice(0,19).replace('T',' ');
      return f?d+'.'+f.toString().padStart(9,'0').replace(/0+$/,''):d};
    const save=(name,lines)=>{const a=make('a','',{download:name,
      href:URL.createObjectURL(new Blob(['\ufeff'+lines.join('\r\n')+'\r\n'],{type:'text/csv'}))});
      a.click();setTimeout(()=>URL.revokeObjectURL(a.href),1000)};
    // A text that a spreadsheet would take for a formula is marked as text.
    const csv=v=>{let t=String(v).replace(/^[▲▼] /,'').replace(/\u2212/g,'-');
      if(t==='—')t='';if(/^[+-]?[\d,]+(\.\d+)?$/.test(t))t=t.replace(/,/g,'');
      if(/^[=+\-@\t\r]/.test(t)&&!/^[+-]?[\d.,]+$/.test(t))t="'"+t;
      return /[",\r\n]/.test(t)?'"'+t.replace(/"/g,'""')+'"':t};
    const tip=make('div','',{className:'tip',hidden:true});document.body.append(tip);
    const point=e=>{tip.hidden=false;
      tip.style.left=Math.max(8,Math.min(e.clientX+14,innerWidth-tip.offsetWidth-8))+'px';
      tip.style.top=Math.max(8,Math.min(e.clientY+14,innerHeight-tip.offsetHeight-8))+'px'};

    """#

  private static let charts = #"""
    const charts=all('figure[data-chart]').map(f=>{const d=data('data-'+f.dataset.chart);
      for(const s of d.series){let t=d.from;s.times=s.steps.map(x=>t+=x)}
      return{f,d,area:f.querySelector('.area'),cross:f.querySelector('.cross'),
        out:f.querySelector('.readout')}});
    const nearest=(t,x)=>{let a=0,b=t.length-1;while(a<b){const m=(a+b)>>1;t[m]<x?a=m+1:b=m}
      return a>0&&x-t[a-1]<t[a]-x?a-1:a};
    const format=(v,p)=>v==null?'—':(v<0?'\u2212':'')+Math.abs(v).toFixed(p)
      .replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g,',');
    const show=t=>{for(const c of charts){const{from,to,series,places}=c.d;
      if(t==null||t<from||t>to){c.cross.style.visibility='hidden';c.out.textContent='';continue}
      const x=(t-from)/(to-from||1)*100+'%';c.cross.setAttribute('x1',x);
      c.cross.setAttribute('x2',x);c.cross.style.visibility='visible';let at=null;
      const parts=series.filter(s=>s.times.length).map(s=>{const i=nearest(s.times,t);
        if(at==null)at=s.times[i];
        return(series.length>1?s.name+' ':'')+format(s.values[i],places)});
      c.out.textContent=at==null?'':parts.join('  ·  ')+'  ·  '+
        new Date(at).toISOString().slice(0,19).replace('T',' ')}};
    for(const c of charts){const at=e=>{const r=c.area.getBoundingClientRect();
        return c.d.from+Math.max(0,Math.min(1,(e.clientX-r.left)/r.width))*(c.d.to-c.d.from)};
      c.area.addEventListener('pointermove',e=>show(at(e)));
      c.area.addEventListener('pointerleave',()=>show(null))}
    for(const u of all('use')){const t=u.querySelector('title');if(!t)continue;
      const text=t.textContent;t.remove();
      u.addEventListener('pointermove',e=>{tip.textContent=text;point(e)});
      u.addEventListener('pointerleave',()=>tip.hidden=true)}

    """#

  private static let rows = #"""
    const paged=box=>{const name=box.dataset.rows,size=+box.dataset.size;
      const columns=data('rows-'+name),count=(columns[0].index.length||columns[0].cells.length);
      const raw=(c,i)=>c.pool?c.pool[c.index[i]]:c.cells[i];
      const text=(c,i)=>{const t=raw(c,i);return t===''?'—':c.kind==='time'?utc(t):t};
      const body=box.querySelector('tbody'),pager=box.querySelector('.pager');
      const said=pager.querySelector('span'),tools=make('div','',{className:'tools'});
      let order=[...Array(count).keys()],first=0,by=-1,way=1;
      const find=make('input','',{type:'search',placeholder:'Find in all rows'});
      find.setAttribute('aria-label','Find in all rows of '+name);tools.append(find);
      const picks=columns.map((c,k)=>{if(!c.pool||c.pool.length<2||c.pool.length>60)return null;
        const s=make('select');s.setAttribute('aria-label',c.label);
        s.append(make('option',c.label+': all',{value:''}));
        c.pool.forEach((p,i)=>s.append(make('option',p||'—',{value:i})));
        tools.append(s);s.addEventListener('change',filter);return s});
      const less=make('button','‹ Previous',{type:'button'});
      const more=make('button','Next ›',{type:'button'});if(count>size)pager.append(less,more);
      const down=make('button','Download CSV',{type:'button',className:'end'});tools.append(down);
      box.prepend(tools);
      function draw(){const part=order.slice(first,first+size);
        body.replaceChildren(...part.map(i=>{const r=make('tr');
          for(const c of columns){const cell=make('td',text(c,i),{className:c.kind});
            if(c.kind==='time')cell.title=new Date(Number(BigInt(raw(c,i))/1000000n))
              .toLocaleString()+' local · '+raw(c,i)+' ns';
            r.append(cell)}return r}));
        said.textContent=(order.length?'Rows '+group(first+1)+' – '+group(first+part.length):
          'No row')+' of '+group(order.length)+
          (order.length<count?' that match, of '+group(count)+' in all':'');
        less.disabled=first<=0;more.disabled=first+size>=order.length}
      function sort(){if(by<0)order.sort((a,b)=>a-b);else{const c=columns[by];
        const key=order.map(i=>[i,c.kind==='number'?figure(raw(c,i)):c.kind==='time'?
          BigInt(raw(c,i)):raw(c,i)]);
        key.sort((a,b)=>a[1]<b[1]?-way:a[1]>b[1]?way:a[0]-b[0]);order=key.map(k=>k[0])}}
      function filter(){const words=find.value.toLowerCase().split(/\s+/).filter(Boolean);
        order=[];for(let i=0;i<count;i++){
          if(picks.some((s,k)=>s&&s.value!==''&&columns[k].index[i]!==+s.value))continue;
          if(words.length){const all=columns.map(c=>text(c,i)).join(' ').toLowerCase();
            if(!words.every(w=>all.includes(w)))continue}
          order.push(i)}
        first=0;sort();draw()}
      all('thead th',box).forEach((h,k)=>header(h,w=>{by=k;way=w;first=0;sort();draw()}));
      find.addEventListener('input',filter);
      less.addEventListener('click',()=>{first=Math.max(0,first-size);draw()});
      more.addEventListener('click',()=>{first+=size;draw()});
      down.addEventListener('click',()=>save(name+'.csv',[
        columns.map(c=>csv(c.label+(c.unit?' '+c.unit:''))).join(','),
        ...order.map(i=>columns.map(c=>csv(raw(c,i)===''?'':text(c,i))).join(','))]));
      draw()};
    function header(h,act){const b=make('button','',{type:'button'});
      b.append(...h.childNodes);const mark=make('span');b.append(mark);h.append(b);
      b.addEventListener('click',()=>{const w=h.getAttribute('aria-sort')==='ascending'?-1:1;
        for(const o of all('th[aria-sort]',h.parentNode)){o.removeAttribute('aria-sort');
          o.querySelector('button>span:last-child').textContent=''}
        h.setAttribute('aria-sort',w>0?'ascending':'descending');
        mark.textContent=w>0?' ↑':' ↓';act(w)})}

    """#

  private static let page = #"""
    all('.paged').forEach(paged);
    all('table.sortable').forEach(t=>{const body=t.tBodies[0];
      all('thead th',t).forEach((h,k)=>header(h,w=>{const rows=[...body.rows];
        const key=r=>r.cells[k].textContent,numeric=rows.some(r=>figure(key(r))>-Infinity);
        rows.sort((a,b)=>(numeric?figure(key(a))-figure(key(b))||0:
          key(a)<key(b)?-1:key(a)>key(b)?1:0)*w);body.append(...rows)}));
      const down=make('button','Download CSV',{type:'button',className:'end'});
      const tools=make('div','',{className:'tools'});tools.append(down);
      t.closest('.scroll').after(tools);
      const name=t.caption.textContent.toLowerCase().replace(/[^a-z0-9]+/g,'-');
      const plain=c=>(c.querySelector('button')?[...c.querySelector('button').childNodes]
        .slice(0,-1).map(n=>n.textContent).join(''):c.textContent).replace(/^[▲▼] /,'');
      down.addEventListener('click',()=>save(name+'.csv',
        [...t.rows].map(r=>[...r.cells].map(c=>csv(plain(c))).join(','))))});
    all('[data-choice]').forEach(box=>{const parts=[...box.children];if(parts.length<2)return;
      const s=make('select');s.setAttribute('aria-label',box.dataset.choice);
      parts.forEach((p,i)=>s.append(make('option',p.dataset.name,{value:i})));
      const pick=()=>parts.forEach((p,i)=>p.hidden=i!==+s.value);
      s.addEventListener('change',pick);const tools=make('div','',{className:'tools'});
      tools.append(s);box.prepend(tools);s.value=0;pick()});
    const root=document.documentElement,themes=['auto','light','dark'];
    let theme='auto';try{theme=localStorage.getItem('omni-theme')||'auto'}catch{}
    const look=make('button','',{type:'button'});
    const dress=()=>{theme==='auto'?root.removeAttribute('data-theme'):root.dataset.theme=theme;
      look.textContent='Theme: '+theme};
    look.addEventListener('click',()=>{theme=themes[(themes.indexOf(theme)+1)%3];
      try{localStorage.setItem('omni-theme',theme)}catch{}dress()});
    const paper=make('button','Print',{type:'button'});
    paper.addEventListener('click',()=>print());
    document.getElementById('buttons').append(look,paper);
    if(location.hash==='#dark'||location.hash==='#light')theme=location.hash.slice(1);dress();
    const links=new Map(all('nav a').map(a=>[a.hash.slice(1),a]));
    const near=new Set(),seen=new IntersectionObserver(entries=>{
      for(const e of entries)e.isIntersecting?near.add(e.target.id):near.delete(e.target.id);
      let isFirst=true;for(const[id,a]of links){const on=isFirst&&near.has(id);
        if(on)isFirst=false;on?a.setAttribute('aria-current','true'):
          a.removeAttribute('aria-current')}},{rootMargin:'-60px 0px -60% 0px'});
    all('main>section[id]').forEach(s=>seen.observe(s));

    """#
}

import math, random, os
# Draws the demo menu's dishes as SVG beside itself; the seeds make it repeatable.
OUT=os.path.dirname(os.path.abspath(__file__))+'/'
BG={'a':('#F0D9A8','#F6E6C3'),'m':('#E7B795','#EFCBB0'),'d':('#C3D3A9','#D2DFBD'),'k':('#B7C7CF','#C8D6DC')}
def f(v):
    s='%.1f'%v
    return s[:-2] if s.endswith('.0') else s
def E(cx,cy,rx,ry,fill,x=''): return f'<ellipse cx="{f(cx)}" cy="{f(cy)}" rx="{f(rx)}" ry="{f(ry)}" fill="{fill}" {x}/>\n'
def C(cx,cy,r,fill,x=''): return f'<circle cx="{f(cx)}" cy="{f(cy)}" r="{f(r)}" fill="{fill}" {x}/>\n'
def P(d,fill,x=''): return f'<path d="{d}" fill="{fill}" {x}/>\n'
def S(d,st,w,x=''): return f'<path d="{d}" fill="none" stroke="{st}" stroke-width="{f(w)}" stroke-linecap="round" stroke-linejoin="round" {x}/>\n'
def R(x,y,w,h,r,fill,e=''): return f'<rect x="{f(x)}" y="{f(y)}" width="{f(w)}" height="{f(h)}" rx="{f(r)}" fill="{fill}" {e}/>\n'
def G(c,x=0,y=0,rot=0,s=1,e=''):
    t=f'translate({f(x)} {f(y)})'
    if rot: t+=f' rotate({f(rot)})'
    if s!=1: t+=f' scale({s})'
    return f'<g transform="{t}" {e}>\n{c}</g>\n'
_id=[0]
def clip(d,c):
    _id[0]+=1
    return f'<clipPath id="c{_id[0]}"><path d="{d}"/></clipPath>\n<g clip-path="url(#c{_id[0]})">\n{c}</g>\n'
def smooth(pts):
    n=len(pts); d=f'M{f(pts[0][0])} {f(pts[0][1])}'
    for i in range(n):
        p0,p1,p2,p3=pts[i-1],pts[i],pts[(i+1)%n],pts[(i+2)%n]
        c1=(p1[0]+(p2[0]-p0[0])/6,p1[1]+(p2[1]-p0[1])/6); c2=(p2[0]-(p3[0]-p1[0])/6,p2[1]-(p3[1]-p1[1])/6)
        d+=f'C{f(c1[0])} {f(c1[1])} {f(c2[0])} {f(c2[1])} {f(p2[0])} {f(p2[1])}'
    return d+'Z'
def blob(cx,cy,rx,ry,seed=1,j=.1,n=10):
    r=random.Random(seed); pts=[]
    for i in range(n):
        a=2*math.pi*i/n; k=1+r.uniform(-j,j)
        pts.append((cx+rx*k*math.cos(a),cy+ry*k*math.sin(a)))
    return smooth(pts)
def scat(cx,cy,rx,ry,n,seed,md=8,avoid=()):
    r=random.Random(seed); o=[]; t=0
    while len(o)<n and t<n*60:
        t+=1; a=r.uniform(0,2*math.pi); q=math.sqrt(r.random())
        p=(cx+rx*q*math.cos(a),cy+ry*q*math.sin(a))
        if any((p[0]-u[0])**2+(p[1]-u[1])**2<md*md for u in o): continue
        if any(((p[0]-ax)/ar)**2+((p[1]-ay)/br)**2<1 for ax,ay,ar,br in avoid): continue
        o.append(p)
    return o
def shadow(cx,cy,rx,ry,o=.3): return E(cx,cy,rx,ry,'#4A2A12',f'opacity="{o}" filter="url(#b)"')
def sh(d,dx=6,dy=9,o=.28): return f'<path d="{d}" transform="translate({dx} {dy})" fill="#3A1C08" opacity="{o}"/>\n'
# ---------- tableware
def plate(cx=240,cy=250,rx=208,ry=168,c='#FFFCF5',rim='#EADFCB',inner='#F7EFDF',edge='#D6C6AB',hl='#FFFFFF'):
    return shadow(cx+10,cy+26,rx*1.0,ry*1.0)+E(cx,cy+9,rx,ry,edge)+E(cx,cy,rx,ry,c)+E(cx,cy+3,rx*.77,ry*.75,rim)+E(cx,cy+7,rx*.755,ry*.73,inner)+\
      S(f'M{f(cx-rx*.9)} {f(cy-ry*.2)}A{f(rx*.9)} {f(ry*.9)} 0 0 1 {f(cx-rx*.35)} {f(cy-ry*.83)}',hl,7,'opacity=".95"')
def bowlback(cx,cy,rx,ry,depth,c,dark,light,inner):
    d=f'M{f(cx-rx)} {f(cy)}C{f(cx-rx*.97)} {f(cy+depth*.75)} {f(cx-rx*.55)} {f(cy+depth+ry*.25)} {f(cx-rx*.4)} {f(cy+depth+ry*.3)}A{f(rx*.42)} {f(ry*.3)} 0 0 0 {f(cx+rx*.4)} {f(cy+depth+ry*.3)}C{f(cx+rx*.55)} {f(cy+depth+ry*.25)} {f(cx+rx*.97)} {f(cy+depth*.75)} {f(cx+rx)} {f(cy)}Z'
    s=shadow(cx+12,cy+depth+min(ry*.3,24),rx*.78,min(ry*.4,44),.34)+P(d,c)
    s+=clip(d,P(f'M{f(cx+rx*.35)} {f(cy)}C{f(cx+rx*.6)} {f(cy+depth*.7)} {f(cx+rx*.2)} {f(cy+depth+ry)} {f(cx-rx*.1)} {f(cy+depth+ry)}L{f(cx+rx*1.2)} {f(cy+depth+ry)}L{f(cx+rx*1.2)} {f(cy)}Z',dark))
    s+=S(f'M{f(cx-rx*.83)} {f(cy+ry*.72)}C{f(cx-rx*.78)} {f(cy+depth*.75)} {f(cx-rx*.66)} {f(cy+depth*.9)} {f(cx-rx*.55)} {f(cy+depth*1.05)}',light,9,'opacity=".75"')
    s+=E(cx,cy,rx,ry,light)+E(cx,cy+3,rx*.93,ry*.92,inner)
    return s
def sauce(cx,cy,r,col,hi,c='#FFFCF5',edge='#D6C6AB',seeds=None):
    k=.82
    s=E(cx+5,cy+13,r*1.02,r*k,'#3A1C08','opacity=".25"')+E(cx,cy+8,r,r*k,edge)+E(cx,cy,r,r*k,c)+E(cx,cy+2,r*.82,r*k*.8,col)
    s+=S(f'M{f(cx-r*.55)} {f(cy+2)}A{f(r*.58)} {f(r*k*.56)} 0 0 1 {f(cx-r*.05)} {f(cy-r*.4)}',hi,5,'opacity=".8"')
    if seeds:
        for i,(x,y) in enumerate(scat(cx,cy+4,r*.6,r*.45,9,int(cx+cy),9)): s+=E(x,y,3,2.2,seeds)
    return s
# ---------- garnish
def leafd(L,w): return f'M0 0C{f(L*.25)} {f(-w)} {f(L*.75)} {f(-w*.8)} {f(L)} 0C{f(L*.75)} {f(w*.8)} {f(L*.25)} {f(w)} 0 0Z'
def leaf(x,y,rot,L=60,w=22,c='#4E8B3A',d='#3A6E2B',shd=True):
    s=(sh(leafd(L,w),3,5,.22) if shd else '')+P(leafd(L,w),c)+P(f'M0 0C{f(L*.25)} {f(w)} {f(L*.75)} {f(w*.8)} {f(L)} 0Z',d)
    s+=S(f'M2 0L{f(L*.92)} 0','#7FB265',2.2)
    return G(s,x,y,rot)
def banleaf(cx,cy,rot,L,w):
    d=f'M{f(-L/2)} {f(-w*.2)}C{f(-L*.3)} {f(-w*.58)} {f(L*.3)} {f(-w*.58)} {f(L/2)} {f(-w*.12)}C{f(L*.52)} {f(w*.1)} {f(L*.4)} {f(w*.35)} {f(L*.3)} {f(w*.46)}C{f(0)} {f(w*.58)} {f(-L*.35)} {f(w*.5)} {f(-L/2)} {f(w*.25)}C{f(-L*.53)} {f(w*.1)} {f(-L*.53)} {f(-w*.1)} {f(-L/2)} {f(-w*.2)}Z'
    v=''.join(S(f'M{f(x)} 0L{f(x+L*.09)} {f(-w*.6)}M{f(x)} 0L{f(x+L*.09)} {f(w*.6)}','#4A8439',2.4,'opacity=".7"') for x in [(-.48+.08*i)*L for i in range(12)])
    s=sh(d,4,8,.22)+P(d,'#5E9B47')+clip(d,P(f'M{f(-L)} 0L{f(L)} 0L{f(L)} {f(w)}L{f(-L)} {f(w)}Z','#528D3D')+v+S(f'M{f(-L)} 0L{f(L)} 0','#96C077',5))
    return G(s,cx,cy,rot)
def chilli(x,y,rot,c='#D3321D',hi='#F27A5C',s=1,st='#5B8F3A'):
    d='M0 -9C22 -13 55 -8 84 12C56 14 22 14 0 9C-7 5 -7 -5 0 -9Z'
    return G(sh(d,3,6,.25)+P(d,c)+S('M10 -4C28 -7 44 -4 58 2',hi,3.6)+P('M3 -10C-4 -12 -10 -6 -10 0C-10 6 -4 12 3 10C-1 4 -1 -4 3 -10Z',st)+S('M-9 0C-16 -1 -20 -5 -25 -4',st,5),x,y,rot,s)
def cuc(x,y,r=30,k=.86):
    s=E(3,6,r,r*k,'#3A1C08','opacity=".22"')+E(0,0,r,r*k,'#4F8A3C')+E(0,0,r*.87,r*k*.87,'#D3E6A8')+E(0,0,r*.58,r*k*.58,'#E6F1C6')
    for i in range(7):
        a=i*2*math.pi/7; s+=G(E(0,0,r*.14,r*.065,'#B4CF83'),r*.42*math.cos(a),r*k*.42*math.sin(a),math.degrees(a))
    return G(s,x,y)
def tom(x,y,r=30,k=.86):
    s=E(3,6,r,r*k,'#3A1C08','opacity=".22"')+E(0,0,r,r*k,'#CF3A22')+E(0,0,r*.85,r*k*.85,'#E9644A')
    for i in range(5):
        a=i*2*math.pi/5-.4; s+=G(E(0,0,r*.24,r*.16,'#F59A72')+E(2,0,r*.08,r*.05,'#FBE0A0'),r*.5*math.cos(a),r*k*.5*math.sin(a),math.degrees(a))
    return G(s,x,y)
def lime(x,y,rot=0,s=1):
    d='M-34 0A34 30 0 0 0 34 0C14 -7 -14 -7 -34 0Z'
    return G(sh(d,3,6,.25)+P(d,'#5C9A35')+P('M-29 2A29 25 0 0 0 29 2C12 -4 -12 -4 -29 2Z','#EAF2BF')+P('M-23 5A23 19 0 0 0 -3 21L-2 5ZM23 5A23 19 0 0 1 3 21L2 5Z','#BBD668'),x,y,rot,s)
def egghalf(x,y,rot=0,s=1):
    return G(E(4,8,40,31,'#3A1C08','opacity=".25"')+E(0,5,40,31,'#DDD2BE')+E(0,0,40,31,'#FFFDF6')+E(2,0,21,18,'#EE9E1F')+E(0,-2,17,14,'#F7B73A')+E(-6,-6,5,3.5,'#FDE3A0'),x,y,rot,s)
def egg(x,y,s=1,seed=5):
    d=blob(0,0,84,64,seed,.13,9)
    return G(sh(d,4,9,.25)+G(P(d,'#E4D8C2'),0,5)+P(d,'#FFFDF7')+S('M-62 -14C-54 -38 -30 -50 -8 -50','#FFFFFF',5)+E(4,4,40,33,'#F0E4CE')+E(2,0,37,30,'#EE9B1C')+E(0,-3,33,26,'#F8B431')+E(-12,-12,10,6,'#FEE6A6'),x,y,0,s)
def ricedome(cx,cy,rx,ry,seed=3):
    d=f'M{f(cx-rx)} {f(cy)}C{f(cx-rx)} {f(cy-ry*1.5)} {f(cx+rx)} {f(cy-ry*1.5)} {f(cx+rx)} {f(cy)}C{f(cx+rx)} {f(cy+ry*.62)} {f(cx-rx)} {f(cy+ry*.62)} {f(cx-rx)} {f(cy)}Z'
    r=random.Random(seed)
    g=P(f'M{f(cx+rx*.25)} {f(cy-ry*1.3)}C{f(cx+rx*.7)} {f(cy-ry*.2)} {f(cx+rx*.3)} {f(cy+ry*.3)} {f(cx-rx*.8)} {f(cy+ry*.45)}L{f(cx+rx*1.2)} {f(cy+ry)}L{f(cx+rx*1.2)} {f(cy-ry*1.3)}Z','#EADFCB')
    for x,y in scat(cx,cy-ry*.3,rx,ry*.85,46,seed,13):
        a=r.uniform(0,180); dx,dy=6*math.cos(a),4*math.sin(a)
        g+=S(f'M{f(x-dx)} {f(y-dy)}L{f(x+dx)} {f(y+dy)}',r.choice(['#FFFFFF','#D9CBB2','#FFFFFF']),4.6)
    return sh(d,7,9,.22)+P(d,'#FBF6EA')+clip(d,g)
def cracker(x,y,rot,s=1,c='#F7DDB8',hi='#FFF3DD',dk='#E3B680',seed=1):
    r=random.Random(seed); n=8; pts=[]
    for i in range(n*2):
        a=math.pi*i/n; k=(1.03 if i%2==0 else .94)*(1+r.uniform(-.03,.03))
        pts.append((62*s*k*math.cos(a),48*s*k*math.sin(a)+5*s*math.cos(2*a)))
    d=smooth(pts); g=''
    inner=smooth([(px*.8-3*s,py*.78-4*s) for px,py in pts])
    g+=P(inner,hi)
    # curled fold: a lip of the underside rolled over the upper right
    fold=f'M{f(-24*s)} {f(-58*s)}Q{f(34*s)} {f(-26*s)} {f(54*s)} {f(34*s)}L{f(90*s)} {f(20*s)}L{f(60*s)} {f(-80*s)}Z'
    g+=P(fold,c)+S(f'M{f(-24*s)} {f(-58*s)}Q{f(34*s)} {f(-26*s)} {f(54*s)} {f(34*s)}',dk,5*s)
    g+=S(f'M{f(-48*s)} {f(4*s)}C{f(-30*s)} {f(-10*s)} {f(-18*s)} {f(14*s)} {f(0)} {f(2*s)}S{f(16*s)} {f(24*s)} {f(28*s)} {f(24*s)}',dk,4.5*s,'opacity=".65"')
    for px,py in scat(-8*s,2*s,42*s,30*s,9,seed+50,17*s): g+=E(px,py,4*s,3*s,dk,'opacity=".75"')+E(px-1*s,py-1*s,2*s,1.5*s,'#FFFFFF')
    return G(sh(d,4,8,.26)+G(P(d,dk),0,4)+P(d,c)+clip(d,g),x,y,rot)
def steam(x,y,c='#FFFFFF',o=.55,s=1):
    return G(S('M0 0C-16 -22 16 -38 0 -62',c,9,f'opacity="{o}"'),x,y,0,s)
def ice(x,y,r,rot,o=.5):
    return G(R(-r,-r,2*r,2*r,r*.32,'#FFFFFF',f'opacity="{o}"')+S(f'M{f(-r*.6)} {f(r*.3)}L{f(-r*.6)} {f(-r*.6)}L{f(r*.2)} {f(-r*.6)}','#FFFFFF',r*.2,'opacity=".9"'),x,y,rot)
# ---------- dishes
D={}
def dish(slug,cat):
    def w(fn): D[slug]=(cat,fn); return fn
    return w

def roll(x,y,rot,L=190,w=30,cut=False):
    h=w
    s=sh(f'M{-L/2} {-h}H{L/2}A14 {h} 0 0 1 {L/2} {h}H{-L/2}A14 {h} 0 0 1 {-L/2} {-h}Z',3,12,.28)
    b=f'M{-L/2} {-h}H{L/2}A15 {h} 0 0 1 {L/2} {h}H{-L/2}A15 {h} 0 0 1 {-L/2} {-h}Z'
    g=R(-L/2-20,h*.25,L+40,h,0,'#B4691C')+R(-L/2-20,h*.62,L+40,h,0,'#9C5514')+S(f'M{-L/2+4} {-h*.55}H{L/2-26}','#F4C569',8)
    r=random.Random(int(x*7+y))
    for i in range(11):
        px,py=r.uniform(-L/2,L/2-10),r.uniform(-h*.8,h*.7); g+=E(px,py,r.uniform(3,7),r.uniform(2,4),r.choice(['#B9711F','#EDB753','#C37C26']))
    g+=S(f'M{-L*.18} {-h}C{-L*.05} {-h*.2} {-L*.02} {h*.3} {L*.1} {h}','#A9611A',3.5)
    s+=P(b,'#D98F30')+clip(b,g)
    e=L/2
    if cut:
        s+=E(e,0,15,h,'#E9B458')+E(e,0,11.5,h*.8,'#F6E3B4')
        for i,(px,py) in enumerate(scat(e,0,8,h*.66,13,4,5)): s+=E(px,py,3.6,4.2,['#E9782A','#6FA845','#F3E9C8','#C4532A'][i%4])
    else:
        s+=E(e,0,15,h,'#C47C26')+S(f'M{e-7} {h*.4}C{e-12} {-h*.5} {e+8} {-h*.7} {e+8} {-h*.05}C{e+8} {h*.5} {e-3} {h*.4} {e-2} {0}',  '#8F4E12',3.6)
    return G(s,x,y,rot)
@dish('lumpia','a')
def _():
    s=plate()+banleaf(232,246,-14,352,196)
    s+=roll(190,200,-14,196,29)+roll(205,262,-14,206,29,True)+roll(214,326,-14,196,29)
    s+=roll(236,226,-40,196,30,True)
    s+=sauce(352,322,52,'#C9301B','#F2735A',seeds='#F7C873')
    s+=chilli(318,150,14,'#5E9B3A','#A5CF76',.8,'#3E6E28')
    return s

def cubed(x,y,s=1,seed=1,rot=0):
    top=smooth([(-66,-26),(-10,-50),(20,-50),(68,-24),(62,-8),(10,16),(-12,16),(-62,-10)])
    body=smooth([(-70,-24),(-12,-54),(18,-54),(72,-24),(68,34),(58,50),(8,72),(-10,72),(-60,50),(-70,32)])
    g=P('M-80 -18L0 18L0 90L-80 60Z','#D98F30')+P('M0 18L80 -18L80 60L0 90Z','#B9701F')
    r=random.Random(seed)
    for i in range(18):
        px,py=r.uniform(-60,60),r.uniform(-10,60); g+=E(px,py,r.uniform(3,7),r.uniform(2,5),r.choice(['#C67C26','#E9AE54','#A9621A']),'opacity=".8"')
    g+=P(top,'#F0B852')
    for i in range(9):
        px,py=r.uniform(-40,40),r.uniform(-38,4); g+=E(px,py,r.uniform(3,7),r.uniform(2,4),r.choice(['#DE9F3E','#F9D382']))
    # slit with the stuffing bulging out of the left face
    st=P('M-66 2C-48 -8 -10 4 2 20C6 36 0 52 -8 54C-34 50 -58 36 -66 24C-70 16 -70 8 -66 2Z','#7A4412')
    cols=['#F08A2C','#FFF9E2','#6FB04B','#FFF9E2','#F08A2C','#FFF9E2','#E9C766']
    for i in range(24):
        q=r.random(); px=-60+q*58; py=10+q*20+r.uniform(-4,16); a=r.uniform(-11,11); c=cols[i%7]
        st+=S(f'M{f(px-9)} {f(py+a)}Q{f(px+2)} {f(py-12)} {f(px+10)} {f(py-a*.6)}',c,6)
        if c=='#FFF9E2': st+=E(px+10,py-a*.6,5,4,'#F2DB7C')
    return G(sh(body,8,12,.28)+P(body,'#D98F30')+clip(body,g)+st+S('M-48 -28C-32 -38 -18 -42 -4 -43','#FDE6AE',5),x,y,rot,s)
@dish('tahu-isi','a')
def _():
    s=plate(c='#F4F1E8',rim='#C9D3CF',inner='#EEF0EA',edge='#AFBBB6')
    s+=cubed(164,186,1.02,1)+cubed(316,190,1.02,2)+cubed(240,262,1.14,3)
    s+=chilli(92,296,26,'#5E9B3A','#A5CF76',.95,'#3E6E28')+chilli(112,332,8,'#D3321D','#F27A5C',.85)+chilli(322,330,-22,'#5E9B3A','#A5CF76',.95,'#3E6E28')
    return s

def fritter(x,y,rx,ry,seed):
    d=blob(0,0,rx,ry,seed,.1,13); r=random.Random(seed); g=''
    g+=P(blob(-4,-5,rx*.86,ry*.82,seed+1,.08,12),'#E7AE4C')
    for px,py in scat(0,0,rx*.95,ry*.9,7,seed+9,20): g+=E(px,py,r.uniform(5,10),r.uniform(3,6),r.choice(['#CF8A2E','#B66F20','#F0C476']),'opacity=".85"')
    for i,(px,py) in enumerate(scat(-2,-4,rx*.8,ry*.76,15,seed+20,19)):
        a=r.uniform(0,180)
        g+=G(P('M-11 0C-11 -8 -2 -9 8 -7C12 -4 12 4 8 7C-2 9 -11 8 -11 0Z','#D99514')+P('M-9 -2C-8 -8 -2 -8 6 -6C9 -4 9 1 6 4C-2 5 -9 4 -9 -2Z','#FCD23C'),px,py,a)
    for px,py in scat(0,0,rx*.8,ry*.74,7,seed+40,26):
        a=r.uniform(0,3.1); g+=S(f'M{f(px)} {f(py)}l{f(10*math.cos(a))} {f(8*math.sin(a))}','#5B983A',5)
    return G(sh(d,6,14,.3)+G(P(d,'#94511A'),0,8)+P(d,'#C67E2A')+clip(d,g),x,y)
@dish('bakwan-jagung','a')
def _():
    s=plate()+banleaf(240,246,8,350,210)
    s+=fritter(152,196,76,58,11)+fritter(322,188,78,60,22)+fritter(318,304,76,58,55)+fritter(150,306,76,58,44)+fritter(238,248,86,68,33)
    s+=chilli(206,366,-8,'#5E9B3A','#A5CF76',.9,'#3E6E28')
    return s

def chunk(x,y,seed,w=31,h=26):
    d=blob(0,0,w,h,seed,.13,8); r=random.Random(seed)
    g=P(blob(-3,-6,w*.85,h*.7,seed+2,.1,8),'#B9652A')+S(f'M{-w*.6} {-h*.5}Q{-w*.1} {-h*.8} {w*.4} {-h*.5}','#E29A55',4.5)
    g+=S(f'M{-w*.2} {-h}L{-w*.4} {h}M{w*.5} {-h}L{w*.3} {h}','#4E2009',5,'opacity=".75"')
    return G(P(d,'#8A4216')+clip(d,g),x,y)
def skewer(x,y,rot,seed):
    s=G(S('M-205 5L190 5','#3A1C08',7,'opacity=".25"'),4,10)+S('M-205 0L192 0','#D9B27A',8)+S('M-205 -2L190 -2','#EFD3A2',3)
    pts=[-46,6,58,110,162]
    for i,p in enumerate(pts): s+=G(sh(blob(0,0,31,26,seed+i,.13,8),4,9,.28),p,0)
    for i,p in enumerate(pts): s+=chunk(p,0,seed+i)
    return G(s,x,y,rot)
@dish('sate-ayam-kecil','a')
def _():
    s=plate()+banleaf(246,250,-22,356,200)
    s+=skewer(222,180,-20,10)+skewer(232,236,-20,30)+skewer(242,292,-20,50)
    r=random.Random(3)
    for cx,cy in [(262,166),(272,222),(282,276)]:
        pd=blob(0,0,72,15,int(cx),.16,11)
        pd=smooth([(-70,-4),(-40,-14),(-6,-11),(26,-16),(58,-12),(76,-2),(64,10),(50,8),(44,20),(36,24),(30,10),(6,12),(-2,26),(-12,28),(-16,12),(-38,14),(-46,26),(-54,24),(-56,10)])
        g=sh(pd,2,4,.3)+P(pd,'#CF8D42')+S('M-52 -4Q-20 -10 10 -6M30 -9Q46 -9 56 -4','#F0C488',5)
        for x,y in scat(4,0,58,9,5,int(cx),13): g+=P(blob(x,y,4.5,3.6,int(x)+90,.2,6),r.choice(['#F7E6BF','#8B4E1C']))
        s+=G(g,cx,cy,-20)
    s+=sauce(356,338,54,'#C07A35','#F0C488')
    for x,y in [(340,334),(366,326),(356,350),(380,342),(334,350)]: s+=P(blob(x,y,5.5,4.5,x,.2,6),'#F1D9AC' if x%4 else '#7E4518')
    s+=lime(254,362,-8,1)
    return s

@dish('kerupuk','a')
def _():
    s=''
    B=bowlback(240,270,186,76,104,'#B8552A','#96401C','#D67B4A','#6E2D12')
    s+=B
    W=('#F7DDB4','#FFF4DE','#DFAA6C'); K=('#F4BFA4','#FCE0CF','#D98C68'); O=('#F3C77E','#FDE6B4','#D2954A')
    for x,y,rot,k,(c,h,dk),sd in [(176,126,-34,1.22,K,1),(306,124,30,1.22,W,2),(128,214,-14,1.3,W,3),(354,212,20,1.3,K,4),(240,168,6,1.42,O,5),(172,266,10,1.3,K,6),(312,266,-10,1.32,W,7),(84,270,20,.8,O,8),(400,266,-10,.8,O,9),(240,290,2,1.1,W,10)]:
        s+=cracker(x,y,rot,k,c,h,dk,sd)
    # front lip of the bowl
    s+=P('M54 270A186 76 0 0 0 426 270L422 292C380 372 100 372 58 292Z','#C4622F')+S('M56 274A186 76 0 0 0 424 274','#DE8A58',9)
    s+=P('M330 336C380 320 410 300 423 286C422 300 420 312 414 326C392 344 360 352 326 356Z','#96401C','opacity=".8"')
    for i in range(9):
        a=math.pi*(.12+.095*i); x=240-182*math.cos(a); y=272+72*math.sin(a)+27
        s+=C(x,y,6.5,'#F3D3A2')
    s+=cracker(404,410,-12,.84,'#F9E3C4','#FFF6E6','#E3B680',13)
    return s

def grains(cx,cy,rx,ry,n,seed,cols,L=6.5,w=5.4,md=9):
    r=random.Random(seed); s=''
    for x,y in sorted(scat(cx,cy,rx,ry,n,seed,md),key=lambda p:p[1]):
        a=r.uniform(0,math.pi); dx,dy=L*math.cos(a),L*.75*math.sin(a)
        s+=S(f'M{f(x-dx)} {f(y-dy)}L{f(x+dx)} {f(y+dy)}',r.choice(cols),w)
    return s
@dish('nasi-goreng','m')
def _():
    s=plate()
    s+=cracker(352,158,32,.85,seed=4)+cracker(388,206,60,.7,c='#F3C9B4',hi='#FFE9DC',dk='#DB9A7C',seed=6)
    d=blob(232,250,146,106,8,.05,14)
    s+=sh(d,8,12,.25)+P(d,'#A5571B')+grains(232,246,142,102,230,4,['#D9893A','#E7A455','#C97629','#F0BA72','#B8641F'],7,6.4,10)
    r=random.Random(9)
    for i,(x,y) in enumerate(scat(232,252,128,90,24,12,24,[(226,222,80,60)])):
        c=['#5E9B3A','#D3321D','#F0862B','#5E9B3A'][i%4]
        s+=G(R(-6,-4,12,8,3,c),x,y,r.uniform(0,180))
    s+=egg(226,220,1.06,5)
    for x,y in [(216,206),(246,236),(240,194),(204,226),(268,214)]: s+=C(x+4,y-2,2.4,'#7A3B12')
    s+=cuc(112,318,34)+cuc(148,346,34)+tom(352,322,34)+tom(318,350,32)
    s+=leaf(238,330,-30,44,16)+leaf(238,330,-100,36,14)+leaf(240,332,200,40,15)
    return s

def strands(cx,cy,rx,ry,n,seed,cols,dark,w=7):
    r=random.Random(seed); s=''
    for i in range(n):
        q=r.uniform(.12,.95); a0=r.uniform(0,2*math.pi); span=r.uniform(.9,2.1)
        ox,oy=r.uniform(-.22,.22)*rx*(1-q*.6),r.uniform(-.22,.22)*ry*(1-q*.6)
        pts=[]
        for k in range(5):
            a=a0+span*k/4; qq=q*(1+r.uniform(-.1,.1)); pts.append((cx+ox+rx*qq*math.cos(a),cy+oy+ry*qq*math.sin(a)))
        d=f'M{f(pts[0][0])} {f(pts[0][1])}'
        for k in range(1,5):
            if k<4: mx,my=(pts[k][0]+pts[k+1][0])/2,(pts[k][1]+pts[k+1][1])/2
            else: mx,my=pts[k]
            d+=f'Q{f(pts[k][0])} {f(pts[k][1])} {f(mx)} {f(my)}'
        s+=S(d,dark,w+4)+S(d,r.choice(cols),w)
    return s
def shrimp(x,y,rot=0,s=1):
    o='M-30 22C-44 -4 -26 -36 8 -34C34 -32 44 -8 36 10L22 6C26 -6 18 -16 4 -16C-12 -16 -18 -2 -12 12Z'
    g=S('M-26 -6L-12 -4M-14 -28L-4 -14M12 -34L10 -16M34 -18L22 -8','#F9D2B4',4)
    return G(sh(o,3,7,.28)+P(o,'#EE7F4B')+clip(o,g)+P('M36 10L22 6L20 24L30 18L42 24Z','#D9562B')+S('M-28 0C-28 -16 -14 -27 2 -28','#FBB98F',4),x,y,rot,s)
@dish('mie-goreng','m')
def _():
    s=plate(c='#F4F1E8',rim='#B9C9CC',inner='#EAEFEC',edge='#9FB0B4')
    d=blob(240,244,150,114,21,.05,14)
    s+=sh(d,8,13,.25)+P(d,'#9A4F15')+strands(240,244,146,110,88,5,['#EDB04C','#E39C36','#F6C870','#DB8F30'],'#9E5518',8)
    r=random.Random(4)
    for i,(x,y) in enumerate(scat(240,246,118,86,9,7,46)):
        s+=leaf(x,y,r.uniform(0,360),46,14,'#6AA648','#4E8B3A')
    for i,(x,y) in enumerate(scat(240,240,110,80,10,17,34)):
        a=r.uniform(0,180); s+=G(sh('M-22 -4Q0 -12 22 -4L22 4Q0 -4 -22 4Z',2,4,.2)+S('M-20 0Q0 -8 20 0','#F28B2E' if i%2 else '#FBE08A',7),x,y,a)
    s+=shrimp(186,206,-10,1.15)+shrimp(300,222,60,1.15)+shrimp(226,298,150,1.1)
    for x,y in [(252,168),(330,280),(150,272),(276,262)]: s+=G(E(2,4,13,10,'#3A1C08','opacity=".22"')+E(0,0,13,10,'#D3321D')+E(0,0,8,6,'#F6B08F')+E(-2,0,2,1.6,'#FCE7B0')+E(3,1,2,1.6,'#FCE7B0'),x,y)
    s+=G(S('M-60 0L60 0','#3A1C08',1,'opacity="0"'),0,0)
    s+=lime(356,346,-34,1)
    return s

@dish('ayam-bakar','m')
def _():
    s=plate()+banleaf(240,250,-6,360,214)
    s+=ricedome(150,212,78,66)
    s+=cuc(122,310,30)+cuc(156,330,30)+leaf(196,330,10,52,20)+leaf(190,338,50,46,18)
    # whole leg
    d='M214 236C206 178 262 134 322 144C378 152 408 198 396 244C386 286 346 300 318 308C304 314 292 322 282 334C272 346 258 358 246 372L226 354C238 342 244 326 248 310C228 296 218 266 214 236Z'
    bone=S('M238 358L222 378','#E2C898',17)+C(212,378,12,'#E2C898')+C(226,390,12,'#D5B780')+S('M232 354L216 374','#F8EBCB',5)
    g=P('M200 230C200 170 260 124 330 140C372 150 398 190 386 226C366 262 320 270 296 290C276 306 262 330 240 350L216 350L230 300C214 280 202 256 200 230Z','#A34A17')
    g+=P('M224 226C222 188 262 152 312 156C350 160 372 188 366 212C346 240 300 240 280 266C264 286 262 310 248 318C232 300 226 262 224 226Z','#C0621F')
    g+=S('M258 130L222 262M304 130L252 330M350 134L296 316M394 160L344 306','#3F1704',11,'opacity=".72"')
    g+=S('M240 204C250 180 272 168 296 166','#F0A860',9)+S('M324 172C340 176 350 186 352 196','#E8964A',7)+S('M262 290C266 276 274 266 284 260','#E8964A',6)
    s+=sh(d,9,13,.32)+bone+P(d,'#6F2B0B')+clip(d,g)
    r=random.Random(2)
    for x,y in scat(306,210,70,46,9,8,22): s+=E(x,y,3.2,2.2,'#F7D9A0')
    s+=sauce(362,330,46,'#B92A16','#F0694C',seeds='#F7C873')
    return s

def meat(x,y,w,h,seed,rot=0):
    q0=random.Random(seed+70); pts=[(a*w*q0.uniform(.9,1.08),b*h*q0.uniform(.9,1.08)) for a,b in [(-.98,-.25),(-.62,-.86),(.1,-.98),(.78,-.8),(1,-.1),(.86,.72),(.1,.95),(-.8,.76)]]; d=smooth(pts)
    g=P(blob(-5,-8,w*.82,h*.66,seed+3,.12,8),'#7A3D1C')+P(blob(-9,-13,w*.5,h*.34,seed+5,.16,7),'#95512A')
    q=random.Random(seed)
    for i in range(5):
        px,py=q.uniform(-w*.5,w*.5),q.uniform(-h*.35,h*.55); g+=S(f'M{f(px-12)} {f(py+4)}L{f(px+12)} {f(py-4)}',q.choice(['#4A1F0B','#A9683A','#4A1F0B']),3.4)
    g+=S(f'M{f(-w*.66)} {f(-h*.3)}L{f(-w*.4)} {f(-h*.62)}L{f(w*.1)} {f(-h*.72)}','#D9A06C',5)
    return G(sh(d,5,10,.35)+P(d,'#542409')+clip(d,g),x,y,rot)
@dish('rendang','m')
def _():
    s=plate(c='#8FA7A6',rim='#6F8B8B',inner='#7F9A99',edge='#5B7474',hl='#C6D6D3')
    s+=ricedome(152,214,86,74,5)
    sd=blob(270,266,124,92,14,.08,13)
    s+=P(sd,'#5C2A0E')+P(blob(266,262,112,80,15,.08,13),'#743A16')
    r=random.Random(8)
    for x,y in scat(268,264,112,80,40,3,13): s+=P(blob(x,y,r.uniform(4,8),r.uniform(3,6),int(x*y),.2,6),r.choice(['#8E4E22','#4E220A','#A3652F']))
    s+=meat(248,206,50,40,1)+meat(336,222,50,42,2,20)+meat(204,284,50,40,3,-14)+meat(350,300,46,38,6,-8)+meat(276,268,56,46,4,8)+meat(262,338,48,34,5,10)
    for x,y in scat(280,262,96,70,14,31,24): s+=E(x,y,3.2,2.4,'#D8A263')
    s+=leaf(262,260,-34,74,22)+leaf(262,262,-74,58,18)
    s+=chilli(308,252,36,'#D3321D','#F27A5C',.8)
    s+=cuc(112,320,29)+cuc(146,344,29)
    return s

@dish('soto-ayam','m')
def _():
    s=bowlback(240,226,200,128,126,'#F7F2E6','#DFD3BD','#FFFDF7','#E2A816')
    top='M54 230A186 118 0 1 0 426 230A186 118 0 1 0 54 230Z'
    g=E(240,244,186,116,'#F2C02C')+E(230,256,150,88,'#F7CE4A')
    r=random.Random(3)
    for x,y in scat(240,240,170,100,20,5,24): g+=E(x,y,r.uniform(5,10),r.uniform(3,6),'#FBE08A')
    # vermicelli nest
    g+=strands(160,250,78,50,26,6,['#FFFBEF','#F7EED8','#FFFFFF'],'#D9C28A',5)
    # cabbage/sprouts
    for i in range(10):
        x,y=r.uniform(190,290),r.uniform(288,326); a=r.uniform(-40,40)
        g+=G(S('M-18 0Q0 -12 16 2','#FDF7DF',5)+E(18,3,6,4.6,'#EFE08C'),x,y,a)
    s+=clip(top,g)
    # shredded chicken
    for i in range(22):
        x,y=230+r.uniform(-44,70),196+r.uniform(-32,34); a=r.uniform(-40,40)
        s+=G(S('M-27 3Q0 -7 27 2','#B98546',13)+S('M-26 1Q0 -9 26 0',r.choice(['#F3DDB2','#E8C88E','#F9E9C8']),9.5),x,y,a)
    s+=egghalf(330,262,-24,1.28)+egghalf(312,188,18,1.1)
    s+=tom(206,292,30,.75)+lime(126,196,-20,1.05)
    for x,y,rot in [(236,222,-20),(236,222,-80),(236,222,-140),(262,232,30),(218,232,170)]: s+=leaf(x,y,rot,38,15,'#5E9B3A','#447A2A')
    for x,y in scat(230,246,140,76,18,77,22): s+=G(R(-5,-3,10,6,3,'#5E9B3A'),x,y,r.uniform(0,180))
    for x,y in scat(226,210,74,34,10,79,18): s+=E(x,y,6,3.6,'#A85A1B')
    s+=S('M62 288C84 330 122 366 160 382','#C2410C',7,'opacity=".85"')+S('M418 288C396 330 358 366 320 382','#C2410C',7,'opacity=".85"')+S('M176 388Q240 400 304 388','#C2410C',7,'opacity=".85"')
    s+=steam(168,96)+steam(240,80)+steam(312,96)
    return s

def cubet(x,y,s=1,rot=0,c='#E9B458',l='#B9711F',r='#98541A'):
    return G(sh('M-30 -10L0 -24L30 -10L30 16L0 32L-30 16Z',4,7,.25)+P('M-30 -10L0 4L0 32L-30 16Z',l,f'stroke="{l}" stroke-width="5" stroke-linejoin="round"')+P('M30 -10L0 4L0 32L30 16Z',r,f'stroke="{r}" stroke-width="5" stroke-linejoin="round"')+P('M-30 -10L0 -24L30 -10L0 4Z',c,f'stroke="{c}" stroke-width="5" stroke-linejoin="round"')+S('M-20 -11L-2 -19','#FBE3B0',4),x,y,rot,s)
@dish('gado-gado','m')
def _():
    s=plate()
    r=random.Random(6)
    # cabbage / lettuce bed
    for a in range(0,360,40):
        x,y=240+124*math.cos(math.radians(a)),246+88*math.sin(math.radians(a))
        d=blob(x,y,56,44,a+3,.14,12); s+=sh(d,3,6,.15)+P(d,'#8CBF5A')+P(blob(x,y,42,32,a+4,.14,12),'#A9D276')
    # green beans (left)
    for i in range(10):
        x,y=132+r.uniform(-14,14),220+i*9; s+=G(S('M-40 4L40 4','#2E5A1C',12,'opacity=".35"')+S('M-40 0L40 0','#4C8C34',11)+S('M-34 -2L30 -2','#86BE5E',3),x,y,r.uniform(-16,12))
    # bean sprouts (top)
    for i in range(26):
        x,y=236+r.uniform(-60,56),150+r.uniform(-24,24); a=r.uniform(-60,60)
        s+=G(S('M-22 2Q0 -14 20 4','#CDB98A',9)+S('M-22 0Q0 -16 20 2','#FFF9E6',6.5)+E(22,2,7,5.5,'#E9CB5E'),x,y,a)
    # tofu & tempe (right)
    s+=cubet(346,170,1)+cubet(384,212,.95,0,'#F0C879','#C98A35','#A86A22')+cubet(334,222,1.02,0,'#F0C879','#C98A35','#A86A22')
    # cucumber, tomato, eggs (bottom)
    s+=cuc(372,272,32)+cuc(352,308,32)+tom(120,324,30)+tom(160,346,28)
    s+=egghalf(232,348,8,1.08)+egghalf(312,338,-20,1.02)
    # peanut sauce
    pd=smooth([(146,236),(168,204),(206,196),(240,180),(284,194),(318,208),(334,244),(316,262),(322,296),(304,306),(290,284),(262,292),(256,314),(236,326),(224,304),(196,296),(176,304),(164,286),(168,264)])
    s+=sh(pd,5,8,.3)+P(pd,'#A8642A')+G(P(pd,'#C98540'),240*.05,240*.035,0,.95)+P(smooth([(172,232),(190,214),(240,196),(284,208),(306,232),(286,226),(262,244),(228,234),(196,252)]),'#DDA25E')+S('M190 222C208 210 230 206 248 204','#F6D5A4',6)
    for i,(x,y) in enumerate(scat(238,246,72,40,24,8,17)): s+=P(blob(x,y,6.5,5,int(x*3),.2,6),['#F7E6BF','#EBCB94','#F7E6BF','#96581F'][i%4])
    s+=cracker(104,168,-30,.62,seed=4)
    return s

def cubj(x,y,c,hi,k=1,rot=0): return G(R(-13,-12,28,28,7,'#3A1C08','opacity=".18"')+R(-14,-14,28,28,7,c)+S('M-7 -2L-7 -7L2 -7',hi,4.5),x,y,rot,k)
@dish('es-campur','d')
def _():
    s=''
    # pedestal glass bowl
    s+=shadow(252,418,120,30,.32)
    s+=E(240,414,86,22,'#9FB7B4')+E(240,408,86,22,'#E4EFEA')+P('M218 346L226 404A20 6 0 0 0 254 404L262 346Z','#CBDDD8')
    body='M52 220C60 312 150 362 200 364L280 364C330 362 420 312 428 220Z'
    s+=P(body,'#DDEBE6')
    g=P('M66 232C80 310 160 352 204 352L276 352C320 352 400 310 414 232Z','#F4B7B4')
    g+=P('M70 250C88 316 160 352 204 352L276 352C320 352 392 316 410 250C360 286 300 270 240 284C180 296 120 284 70 250Z','#E9777B')
    r=random.Random(5)
    for i,(x,y) in enumerate(scat(240,296,130,46,22,9,28)): g+=G(cubj(0,0,['#6FB04B','#FFFDF4','#7B2E3B','#F5C33B','#6FB04B'][i%5],'#FFFFFF',.8),x,y,r.uniform(0,90))
    s+=clip(body,g)
    s+=E(240,220,188,66,'#F3F8F4')+E(240,224,174,56,'#F6C9C4')
    # ice mound
    md='M92 232C100 130 176 62 240 60C304 62 380 130 388 232C350 276 130 276 92 232Z'
    md=smooth([(86,232),(104,176),(136,128),(178,92),(214,64),(246,58),(282,74),(318,104),(350,144),(376,190),(394,232),(330,264),(240,274),(150,264)])
    g=P('M300 50C330 130 350 200 260 290L420 290L420 50Z','#DCE8EC')
    for x,y in scat(240,180,150,110,110,3,13): g+=P(blob(x,y,r.uniform(4,8),r.uniform(3,6),int(x*y),.3,6),r.choice(['#FFFFFF','#D5E3E8','#FFFFFF']))
    s+=P(md,'#F4F8F8')
    sy=smooth([(170,100),(214,64),(246,58),(282,74),(316,102),(330,140),(318,176),(302,150),(286,178),(274,214),(260,168),(240,158),(224,196),(208,210),(200,160),(182,152),(168,180),(154,150)])
    g+=P(sy,'#D8304A')+S('M196 96C208 84 222 76 238 74','#F79AA2',8)
    g+=S('M120 170Q140 140 158 190Q176 226 196 226','#FFF6DC',9)+S('M356 176Q336 170 332 206Q328 232 300 232','#FFF6DC',9)
    s+=clip(md,g)
    tops=[(112,222,'#6FB04B'),(150,240,'#F5C33B'),(138,206,'#7B2E3B'),(184,248,'#6FB04B'),(180,218,'#FFFDF4'),(222,252,'#7B2E3B'),(260,250,'#F5C33B'),(298,248,'#6FB04B'),(292,222,'#FFFDF4'),(332,238,'#7B2E3B'),(364,220,'#6FB04B'),(340,206,'#F5C33B'),(238,228,'#6FB04B')]
    for i,(x,y,c) in enumerate(tops): s+=cubj(x,y,c,'#FFFFFF' if c!='#FFFDF4' else '#E7DCC2',1.1,r.uniform(-30,30))
    s+=C(246,56,22,'#B71C33')+E(239,49,7,5,'#F58A92')+S('M248 36C252 22 262 16 272 14','#4E8B3A',5)
    s+=S('M54 226A186 62 0 0 0 426 226','#FFFFFF',7,'opacity=".9"')+S('M78 262C92 302 124 328 156 342','#FFFFFF',9,'opacity=".8"')+P('M420 240C410 300 340 354 290 362C350 334 388 296 402 256Z','#FFFFFF','opacity=".45"')
    return s

def banfry(x,y,rot,s=1,seed=1,cut=False):
    d=smooth([(-118,8),(-104,-18),(-60,-22),(-10,-18),(44,-32),(92,-58),(116,-62),(122,-46),(104,-8),(62,30),(0,46),(-60,40),(-104,28)])
    r=random.Random(seed); g=P('M-130 20C-60 34 0 30 50 6C84 -10 108 -34 124 -58L140 60L-130 60Z','#B66E20')
    for px,py in scat(0,4,112,46,44,seed,13): g+=P(blob(px,py,r.uniform(4,9),r.uniform(3,6),int(px*py)+7,.25,6),r.choice(['#C67F2A','#F2C669','#D1902F','#F8D88C','#B26A1E']))
    g+=S('M-92 -6C-60 -12 -20 -8 10 -10C44 -14 70 -28 92 -42','#FBE2A0',6,'opacity=".9"')
    o=sh(d,7,12,.3)+P(d,'#E0A03C')+clip(d,g)
    for px,py in [(-118,22),(-84,42),(-30,50),(30,46),(74,30),(110,0),(-70,-24),(0,-22),(60,-40)]: o+=P(blob(px,py,r.uniform(8,13),r.uniform(6,9),seed+int(px)+200,.25,7),r.choice(['#E0A03C','#C67F2A','#EDB753']))
    if cut: o+=G(E(0,0,22,31,'#C67F2A')+E(1,0,17,25,'#FBEBB4')+E(1,0,9,14,'#F5DC8C')+C(-1,-6,2.4,'#8B5A20')+C(4,1,2.4,'#8B5A20')+C(-1,7,2.4,'#8B5A20'),-114,10,8)
    return G(o,x,y,rot,s)
@dish('pisang-goreng','d')
def _():
    s=plate(c='#F7F0E2',rim='#D9B48E',inner='#F3E6CF',edge='#B98F68')+banleaf(240,252,10,352,200)
    s+=banfry(236,172,-8,1.08,1)+banfry(252,322,4,1.02,4)+banfry(232,246,-3,1.2,3,True)
    # sugar
    for x,y in scat(246,246,130,84,30,8,18): s+=C(x,y,2.4,'#FFFBF0')
    return s

def ball(x,y,r=52,seed=1,cut=False):
    q=random.Random(seed)
    s=E(5,12,r*1.02,r*.95,'#1C1206','opacity=".42"')+C(0,0,r,'#3F7A24')
    c=f'M{-r} 0A{r} {r} 0 1 0 {r} 0A{r} {r} 0 1 0 {-r} 0Z'
    g=C(-6,-9,r*.9,'#5FA338')+C(-13,-18,r*.6,'#82C256')+S(f'M{f(-r*.8)} {f(r*.12)}A{f(r*.8)} {f(r*.8)} 0 0 1 {f(-r*.62)} {f(-r*.5)}','#C2E3A2',5)
    s+=clip(c,g)
    if cut:
        s+=E(4,4,r*.76,r*.74,'#A9D67E')+E(5,6,r*.5,r*.47,'#5B2A0A')+E(2,2,r*.4,r*.34,'#8A4513')+E(-6,-5,8,4.5,'#D99B54')
        s+=P(f'M-8 24C-10 44 -14 62 -6 70C4 76 14 68 14 56C14 46 20 36 24 26Z','#6E340D')+S('M-2 36L-3 60','#B8753A',4)
    for i in range(17 if not cut else 13):
        if cut: a=q.uniform(math.pi*.9,math.pi*2.1); k=r*q.uniform(.78,1.0); px,py=k*math.cos(a),k*math.sin(a)
        else: a=q.uniform(0,2*math.pi); k=r*.66*math.sqrt(q.random()); px,py=-4+k*math.cos(a),-r*.34+k*.8*math.sin(a)
        b=q.uniform(0,math.pi); L=q.uniform(6,9)
        s+=S(f'M{f(px-L*math.cos(b))} {f(py-L*.8*math.sin(b))}L{f(px+L*math.cos(b))} {f(py+L*.8*math.sin(b))}',q.choice(['#FFFFFF','#FFFDF4','#E6E6D2']),5)
    return G(s,x,y)
@dish('klepon','d')
def _():
    s=plate(c='#C58A55',rim='#9A6233',inner='#A9703E',edge='#83512A',hl='#E3B585')
    r=random.Random(1)
    for x,y in scat(240,262,150,100,54,6,14):
        b=r.uniform(0,3.1); s+=S(f'M{f(x)} {f(y)}l{f(10*math.cos(b))} {f(8*math.sin(b))}','#FFFDF4',4)
    s+=ball(184,172,58,1)+ball(306,176,58,2)+ball(124,266,58,3)+ball(360,276,58,4)+ball(242,236,62,5)+ball(184,334,58,7)+ball(300,338,62,6,True)
    return s

@dish('puding-cokelat','d')
def _():
    s=plate(240,290,208,140)
    vd=blob(240,318,150,84,4,.08,13)
    s+=P(vd,'#EFD69A')+P(blob(238,312,142,74,5,.08,13),'#FBE9BC')
    body='M128 318C130 250 146 180 158 142A84 34 0 0 1 322 142C334 180 350 250 352 318A112 44 0 0 1 128 318Z'
    s+=E(252,330,120,50,'#3A1C08','opacity=".25"')
    g=R(100,90,300,300,0,'#5A2A14')
    for i,(x0,x1,b0,b1,c) in enumerate([(158,182,128,160,'#4A2010'),(182,214,160,204,'#6E371C'),(214,246,204,248,'#55270F'),(246,278,248,292,'#693418'),(278,304,292,328,'#4A2010'),(304,324,328,354,'#3D190B')]):
        g+=P(f'M{x0} 150L{x1} 150C{f(x1+(b1-x1)*.4)} 220 {f(b1)} 290 {b1} 380L{b0} 380C{b0} 290 {f(x0+(b0-x0)*.4)} 220 {x0} 150Z',c)
    g+=S('M196 186C188 240 182 280 182 326','#A8693F',8,'opacity=".8"')+S('M262 196C266 240 270 280 270 320','#8E5230',5,'opacity=".7"')
    s+=P(body,'#5A2A14')+clip(body,g)
    s+=E(240,142,83,33,'#7C4123')+E(236,138,70,25,'#8E5030')
    # vla on top dripping
    v=smooth([(166,140),(178,120),(210,110),(250,108),(290,114),(316,132),(318,150),(312,188),(300,196),(292,170),(274,174),(266,212),(250,222),(240,190),(228,176),(212,184),(206,236),(192,240),(186,200),(174,164)])
    s+=G(P(v,'#3A1C08','opacity=".3"'),4,6)+P(v,'#FBE9BC')+P('M262 212C258 220 252 224 247 218C250 200 252 180 262 168Z','#EBD095')+S('M190 134C204 124 224 120 244 120','#FFFFFF',6)
    s+=leaf(250,116,-20,52,18,'#5E9B3A','#447A2A')+leaf(246,116,-150,46,16,'#5E9B3A','#447A2A')
    s+=C(242,98,27,'#C3203A')+E(233,89,8,6,'#F58A92')+S('M244 74C248 56 262 46 276 42','#4E8B3A',5)
    for i,(x,y,a) in enumerate([(110,340,20),(148,370,-30),(340,362,40),(374,326,-10),(300,382,10)]): s+=G(R(-14,-5,28,10,4,'#5A2A14')+S('M-9 -2L7 -2','#8E5030',3),x,y,a)
    return s

# ---------- drinks
def glassparts(cx,yt,yb,rt,rb,k=.22):
    rad=lambda y: rt+(rb-rt)*(y-yt)/(yb-yt)
    def body(y1,y2,ins=0,rnd=.9):
        a,b=rad(y1)-ins,rad(y2)-ins
        return f'M{f(cx-a)} {f(y1)}L{f(cx-b)} {f(y2)}A{f(b)} {f(b*k*rnd)} 0 0 0 {f(cx+b)} {f(y2)}L{f(cx+a)} {f(y1)}A{f(a)} {f(a*k)} 0 0 0 {f(cx-a)} {f(y1)}Z'
    return rad,body
def glass(cx,yt,yb,rt,rb,yl,liq,dark,top,inside='',above='',k=.22,light='#FFFFFF',base=16):
    rad,body=glassparts(cx,yt,yb,rt,rb,k)
    s=shadow(cx+16,yb+6,rb*1.25,rb*.42,.34)
    s+=P(body(yt,yb),'#EEF5F6','opacity=".85"')
    lb=body(yl,yb-base,8)
    rl=rad(yl)-8
    g=P(f'M{f(cx+rl*.3)} {f(yl-40)}L{f(cx+rl*.22)} {f(yb+40)}L{f(cx+rl*2)} {f(yb+40)}L{f(cx+rl*2)} {f(yl-40)}Z',dark,'opacity=".55"')
    s+=P(lb,liq)+clip(lb,g+inside)
    s+=E(cx,yl,rl,rl*k,top)
    s+=above
    # glass front
    s+=f'<ellipse cx="{f(cx)}" cy="{f(yt)}" rx="{f(rt-3)}" ry="{f((rt-3)*k)}" fill="#FFFFFF" fill-opacity=".18" stroke="#FFFFFF" stroke-width="6"/>\n'
    s+=S(f'M{f(cx-rad(yl)+20)} {f(yl+26)}L{f(cx-rad(yb)+22)} {f(yb-46)}',light,11,'opacity=".7"')
    s+=S(f'M{f(cx+rad(yl)-16)} {f(yl+20)}L{f(cx+rad(yl+70)-16)} {f(yl+90)}',light,6,'opacity=".45"')
    return s
def straw(x1,y1,x2,y2,c='#C2410C',w=15):
    s=S(f'M{x1} {y1}L{x2} {y2}',c,w)
    n=7
    for i in range(n):
        t=(i+.3)/n; x,y=x1+(x2-x1)*t,y1+(y2-y1)*t; u=.32/n
        s+=f'<path d="M{f(x)} {f(y)}L{f(x+(x2-x1)*u)} {f(y+(y2-y1)*u)}" stroke="#FFF6E6" stroke-width="{w}" fill="none"/>\n'
    return s
@dish('es-teh','k')
def _():
    ins=ice(196,196,31,12,.42)+ice(268,214,33,-20,.42)+ice(214,268,31,-30,.36)+ice(284,290,28,18,.3)+P('M130 330L350 330L350 440L130 440Z','#7E2F07','opacity=".4"')
    ab=ice(208,150,28,20,.75)+ice(268,152,29,-14,.75)
    s=''
    # tea leaves saucer & cut lime behind
    rad=None
    st=straw(300,30,250,170)
    s+=glass(236,96,400,104,80,152,'#C2590F','#8E3507','#DC7F2A',ins,st+ab)
    s+=G(E(4,8,52,40,'#3A1C08','opacity=".25"')+E(0,0,52,42,'#E9B52A')+E(0,-2,46,37,'#FFF3C4')+''.join(G(P('M5 0L34 -9A36 30 0 0 1 34 9Z','#F8D24A'),0,-2,a) for a in range(0,360,45)),370,384)
    s+=leaf(108,392,-30,62,20)+leaf(110,394,-80,50,18)+leaf(106,394,20,52,18)
    return s
def orange(x,y,r,k=1):
    s=E(5,10,r,r*k,'#3A1C08','opacity=".25"')+E(0,0,r,r*k,'#EE7A12')+E(0,0,r*.9,r*k*.9,'#FFF0CF')
    for a in range(0,360,45): s+=G(P(f'M{f(r*.12)} 0L{f(r*.7)} {f(-r*.25)}Q{f(r*.92)} 0 {f(r*.7)} {f(r*.25)}Z','#F99B26',f'stroke="#F99B26" stroke-width="{f(r*.06)}" stroke-linejoin="round"')+S(f'M{f(r*.4)} {f(-r*.06)}L{f(r*.62)} {f(-r*.12)}','#FDC772',r*.06),0,0,a+10)
    return G(s,x,y)
@dish('es-jeruk','k')
def _():
    ins=ice(190,220,31,16,.42)+ice(262,236,33,-22,.42)+ice(206,300,30,-26,.36)+ice(276,316,28,18,.34)
    ab=ice(196,152,28,24,.75)+ice(254,154,29,-14,.75)
    s=glass(226,96,400,112,84,154,'#F9A11B','#E87A08','#FDBE4E',ins,straw(190,26,226,170,'#4E8B3A')+ab)
    s+=orange(330,104,60)
    s+=G(E(8,14,66,56,'#3A1C08','opacity=".28"')+E(0,4,66,60,'#E06C0C'),372,366)+orange(368,358,62,.92)
    s+=leaf(108,392,-20,60,20)+leaf(106,390,-70,52,18)
    return s
@dish('kopi-tubruk','k')
def _():
    s=shadow(252,350,196,92,.3)+E(240,346,200,96,'#D2C3A8')+E(240,336,200,96,'#FFFCF5')+E(240,340,150,66,'#E8DCC6')+E(240,344,146,62,'#F5ECDB')
    s+=S('M58 316A186 84 0 0 1 170 258','#FFFFFF',7)
    # handle
    s+=S('M356 214C424 196 432 286 342 292','#D9CBB2',30)+S('M356 212C420 196 426 278 342 286','#FFFCF5',24)
    cup='M104 186C108 270 142 336 176 350A70 20 0 0 0 300 350C336 336 372 270 376 186Z'
    s+=E(250,360,96,30,'#3A1C08','opacity=".28"')+P(cup,'#FFFCF5')+clip(cup,P('M300 180C318 270 270 340 220 372L400 372L400 180Z','#EADFCB')+S('M96 254Q240 326 384 254','#C2410C',13)+S('M96 276Q240 348 384 276','#C2410C',5))
    s+=S('M130 226C136 266 148 296 162 318','#FFFFFF',9)
    s+=E(240,186,136,54,'#FFFFFF')+E(240,188,124,46,'#D9CBB2')+E(240,196,120,40,'#1F0E06')+E(236,194,108,33,'#34190B')
    r=random.Random(4)
    for x,y in scat(240,196,102,30,34,8,10): s+=E(x,y,r.uniform(2.5,5),r.uniform(1.6,3),r.choice(['#6B3D1C','#8A5630','#4E2A12']))
    s+=S('M142 190A106 32 0 0 1 214 164','#9A673C',6)+S('M318 214A106 32 0 0 1 268 226','#7A4A24',5)
    s+=steam(190,136,'#FFFFFF',.75,1.35)+steam(244,122,'#FFFFFF',.75,1.5)+steam(298,136,'#FFFFFF',.75,1.35)
    def bean(x,y,rot,k=1): return G(E(3,7,26,18,'#3A1C08','opacity=".25"')+E(0,0,26,18,'#4E260F')+E(-4,-4,18,10,'#6E3A1A')+S('M-22 2C-8 -8 8 10 22 -2','#2A1206',4.5),x,y,rot,k)
    s+=bean(70,420,20)+bean(112,440,-30)+bean(404,430,-24)+bean(52,96,30,.01)
    # spoon on saucer
    s+=S('M300 396L412 326','#8F9BA0',11)+S('M300 394L410 324','#DDE4E6',6)+G(E(2,4,30,18,'#3A1C08','opacity=".2"')+E(0,0,30,18,'#AEB9BD')+E(-2,-2,23,12,'#E3E9EA'),284,406,-32)
    return s
@dish('jus-alpukat','k')
def _():
    sy='#4A2010'
    ins=''
    ins+=P('M100 120H176C186 170 160 190 166 230C172 268 150 270 148 250C146 220 140 200 100 190Z',sy)
    ins+=P('M196 120H236C232 160 244 196 234 236C228 262 214 256 214 234C214 200 200 170 196 120Z',sy)
    ins+=P('M262 120H360V220C336 214 330 250 318 270C306 286 296 270 300 246C306 210 276 190 262 120Z',sy)
    ins+=S('M150 300C180 330 210 280 240 310C266 336 292 300 320 318','#5F2E16',15)+S('M160 352C190 376 220 340 250 362C268 374 290 356 310 362','#5F2E16',11)
    ab=S('M160 146C190 130 220 160 246 144C268 132 290 148 304 140','#4A2010',9)+S('M180 160C206 170 240 156 270 164','#4A2010',7)
    s=glass(226,92,404,112,80,146,'#BCCB74','#93A84C','#D3DE96',ins,straw(276,24,246,150,'#C2410C')+ab)
    # half avocado
    d='M0 -84C26 -84 34 -44 50 -14C70 28 44 70 0 70C-44 70 -70 28 -50 -14C-34 -44 -26 -84 0 -84Z'
    a=sh(d,6,12,.28)+P(d,'#35551F')+G(P(d,'#7FA83C'),0,1,0,.91)+G(P(d,'#E7E79A'),0,2,0,.79)+G(P(d,'#F2EFB4'),-2,4,0,.62)+C(0,24,30,'#5B2F14')+C(-3,20,25,'#7E4720')+E(-10,10,8,6,'#C08A54')
    s+=G(a,368,352,24,1.0)
    s+=leaf(100,398,-24,60,20)+leaf(98,396,-74,50,18)
    return s
@dish('air-mineral','k')
def _():
    # bottle
    b='M120 118C120 100 128 92 132 84L132 70H192L192 84C196 92 204 100 222 122C240 142 244 158 244 178L244 236C244 246 238 250 238 258C238 266 244 270 244 280L244 396C244 414 236 424 220 424H104C88 424 80 414 80 396L80 280C80 270 86 266 86 258C86 250 80 246 80 236L80 178C80 158 84 142 102 122Z'
    b='M134 66H190V92C194 108 244 128 244 176L244 232C244 242 238 246 238 254C238 262 244 266 244 276L244 396C244 414 236 424 220 424H104C88 424 80 414 80 396L80 276C80 266 86 262 86 254C86 246 80 242 80 232L80 176C80 128 130 108 134 92Z'
    s=shadow(186,424,106,24,.34)+P(b,'#E8F4F8')
    g=P('M60 134H270V440H60Z','#8CC7E0')+E(162,134,100,12,'#C3E5F1')+P('M196 120C210 240 206 340 190 440H260V120Z','#5FA8CB','opacity=".65"')
    g+=R(70,204,190,132,0,'#FFFDF7')+R(70,204,190,20,0,'#2F7CA8')+R(70,316,190,20,0,'#2F7CA8')+P('M200 224H260V316H204Z','#DDE9EC')
    # mountain & drop on the label
    g+=P('M98 306L142 250L164 276L182 256L224 306Z','#7FB6CF')+P('M142 250L126 270L138 268L146 274L156 267Z','#FFFFFF')
    g+=S('M70 362C130 372 190 372 250 362M70 388C130 398 190 398 250 388','#5FA8CB',5)
    s+=clip(b,g)
    s+=S('M100 168C104 150 116 142 126 134','#FFFFFF',10,'opacity=".85"')+S('M98 244L98 300','#FFFFFF',1,'opacity="0"')+S('M98 346L98 392','#FFFFFF',10,'opacity=".8"')
    s+=R(126,30,72,40,10,'#2F7CA8')+R(126,30,26,40,10,'#4E9BC6')+S('M164 38V62M176 38V62M188 38V62','#1F5E84',3.5)+R(122,66,80,12,6,'#256790')
    s+=glass(346,214,412,76,60,258,'#9AD0E6','#63AACB','#C9E8F3',E(330,320,7,7,'#FFFFFF','opacity=".8"')+E(366,346,5,5,'#FFFFFF','opacity=".8"')+E(352,296,4.5,4.5,'#FFFFFF','opacity=".8"'),ice(328,258,21,18,.8)+ice(368,262,20,-20,.8),base=13)
    return s

NOSC=set('kerupuk soto-ayam es-campur puding-cokelat es-teh es-jeruk kopi-tubruk jus-alpukat air-mineral'.split())
os.makedirs(OUT,exist_ok=True)
for slug,(cat,fn) in D.items():
    _id[0]=0
    bg,hi=BG[cat]
    s=f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 480">\n<defs><filter id="b" x="-30%" y="-30%" width="160%" height="160%"><feGaussianBlur stdDeviation="11"/></filter></defs>\n<rect width="480" height="480" fill="{bg}"/>\n<circle cx="190" cy="180" r="250" fill="{hi}"/>\n'+(fn() if slug in NOSC else G(fn(),-16.8,-17,0,1.07))+'</svg>\n'
    s=s.replace(' />','/>')
    open(OUT+slug+'.svg','w').write(s)

//! Names people go by: Zé for José, Bob for Robert, Malu for Maria Luíza.
//!
//! Each line holds a given name and, after a colon, its short and pet forms, all folded (see
//! [`normalise`](super::normalise)). The tables are our own.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Whether one of the two is a pet form of the other. Both are folded; a compound name is joined by single spaces.
pub fn are_related(one: &str, other: &str) -> bool {
    formal_names(one).contains(&other) || formal_names(other).contains(&one)
}

/// Every form by which somebody of this folded given name may be recorded, the name itself left out.
pub fn related_names(name: &str) -> impl Iterator<Item = &'static str> + use<> {
    formal_names(name).iter().chain(pet_forms(name)).copied()
}

/// Whether the tables know the word as a given name or a pet form.
pub fn is_listed(name: &str) -> bool {
    TABLE.pets_of.contains_key(name) || TABLE.formals_of.contains_key(name)
}

fn formal_names(pet: &str) -> &'static [&'static str] {
    TABLE.formals_of.get(pet).map_or(&[], Vec::as_slice)
}

fn pet_forms(formal: &str) -> &'static [&'static str] {
    TABLE.pets_of.get(formal).map_or(&[], Vec::as_slice)
}

struct Table {
    formals_of: HashMap<&'static str, Vec<&'static str>>,
    pets_of: HashMap<&'static str, Vec<&'static str>>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table { formals_of: HashMap::new(), pets_of: HashMap::new() };
    for (formal, pets) in PORTUGUESE.lines().chain(ENGLISH.lines()).filter_map(|line| line.split_once(": ")) {
        for pet in pets.split_whitespace() {
            table.formals_of.entry(pet).or_default().push(formal);
            table.pets_of.entry(formal).or_default().push(pet);
        }
    }
    table
});

/// Brazilian pet forms, and registered variants that neither sound nor a slip explains (Raquel and Rachel).
const PORTUGUESE: &str = "\
abelardo: abel
adalberto: beto dalberto
adelaide: dede laide
adriana: dri drica adri nana
adriano: dri adri
alberto: beto bertinho
alessandra: ale le sandra leka
alessandro: ale sandro
alexandra: ale alexa xanda sandra
alexandre: ale alex xande xandao xandinho xandy
alexsandro: ale alex sandro
alfredo: fred fredo
alice: lili licinha
aline: lili line
almir: mirinho
amanda: mandinha manda
ana: aninha nina anita naninha
ana beatriz: bia anabia
ana carolina: carol anaca
ana clara: anaclara clarinha
ana julia: anaju naju juju
ana luiza: analu
ana luisa: analu
ana maria: anamaria
ana paula: anapaula paulinha
anderson: andi dinho
andre: dede dedeco andrezinho deco
andreia: dea deia
andressa: dessa dre
angela: angelinha gelinha
antonia: toninha tonia
antonio: toninho tonho toni tony tonico totonho toco
aparecida: cida cidinha
arthur: tuco tutu
artur: tuco tutu
augusto: guto gugu
barbara: babi barbie
beatriz: bia bea bibi biazinha
benedito: dito bene ditinho
benjamin: ben benja
bernardo: be bernardinho nado
bianca: bibi bia
bruna: bru bruninha
bruno: bru bruninho
camila: cami mila camilinha
camilo: cami milo
carla: carlinha cacau
carlos: carlinhos cacau caca carlao carlito
carlos alberto: beto caca
carlos eduardo: cadu kadu caduzinho
carlos henrique: caique kaique
carolina: carol carolzinha lina cacau nina
caroline: carol carolzinha line cacau
catarina: cata cat nina
cecilia: ceci cissa cica
celia: celinha
celso: celsinho
cesar: cesinha cezinha
claudia: claudinha clau cau
claudio: claudinho clau
conceicao: ceicao conce
cristiane: cris tiane crisinha
cristiano: cris tiano
cristina: cris tina crisinha kika
daiane: dai
daniel: dani dan danielzinho niel
daniela: dani danizinha dany
daniele: dani danizinha dany
danilo: dan dani nilo
davi: davizinho vivi
debora: de deb debi debinha
denise: de deni nise
diego: di dieguinho dieguito
diogo: di dioguinho
domingos: mingo minguinho
douglas: doug dodo
edmilson: edi milson
edmundo: edi mundinho
edson: edi edinho edinson
eduarda: duda dudinha
eduardo: edu dudu duda du eduardinho
elaine: lane lai
eliana: lia li eli nana
eliane: lia li eli lili
elisabete: bete beth betinha elizabeth lisa liz
elisangela: li elis
elizabete: bete beth betinha elizabeth lisa liz
emanuel: manu mano
emanuela: manu manuela
emanuelle: manu
emerson: mersinho
erica: keka kika
estela: tela telinha
evandro: vando vandinho
evelyn: eve vivi
everaldo: veraldo
fabiana: fabi bia fabizinha
fabiano: fabi
fabio: fabinho bio binho
fabricio: fabri bricio
felipe: fe lipe felipinho lipinho
fernanda: fe nanda nandinha fer
fernando: fe nando nandinho fer
flavia: fla flavinha
flavio: fla flavinho
francisca: chica chiquinha fran
francisco: chico chiquinho xico kiko quico fran cisco chicao paco
gabriel: gabi biel gab gabrielzinho
gabriela: gabi bibi gabizinha gaby
gabriele: gabi gaby
geraldo: gege geraldinho
gilberto: gil beto giba gilbertinho betinho
giovana: gi gio vana
giovanni: gio gi
gisele: gi gigi gisa
glaucia: glau
guilherme: gui guigui guilhermino guiga
gustavo: gu guga guto gustavinho tavo
helena: lena leninha lele
heloisa: helo lo isa
henrique: rique henri kike riquinho
humberto: beto berto
igor: igu
ingrid: guidinha
irene: nene
isabel: bel isa belinha bela isabelinha
isabela: isa bel bela belinha
isabella: isa bel bela belinha
isadora: isa dora dorinha
ivan: vaninho
ivone: vone
jaqueline: jaque jack line jaquelina
jefferson: jeff jefinho jef
jennifer: jenny jeni
jessica: jeh jess jessi
joana: jo joaninha jojo
joao: joaozinho jao joca janjao
joao batista: jb joba
joao carlos: joca
joao paulo: jp japa
joao pedro: jp joaope
joao victor: jv
joao vitor: jv
joaquim: quim quinzinho quincas joca
jonathan: jon john jhon
jorge: jorginho george
jose: ze zeca zezinho zezao juca pepe zeze joselito zequinha
jose antonio: zeantonio
jose carlos: zeca zecarlos
jose luiz: zeluiz
jose maria: zemaria
josefa: zefa zefinha
josiane: josi jo
joyce: joy
juliana: ju juli juju
juliano: ju juli
julia: ju juju julinha
julio: julinho
julio cesar: jc
jussara: ju sara
karina: ka kaka nina
karine: ka kaka
katia: ka katinha
larissa: lari lala lara
laura: laurinha lala
leandro: le lele leandrinho
leila: le
leonardo: leo leozinho nardo
leonor: nora lola
leticia: le leti ticia lele
lilian: lili lia
lorena: lo lore
luana: lu lua luaninha
lucas: luca luquinhas luquinha lu
lucia: lu lucinha
luciana: lu lulu luci
luciano: lu luci
lucilene: lu leninha
luis: lu luisinho lula lulu
luisa: lu isa lulu luisinha
luis carlos: luca
luis eduardo: dudu
luis felipe: lipe
luis fernando: nando
luiz: lu luizinho lula lulu
luiza: lu isa lulu luizinha
luiz carlos: luca
luiz felipe: lipe
luiz fernando: nando
luiz henrique: lique rique
magali: maga
manoel: mane manu maneco neco manuelzinho
manuel: mane manu maneco neco manuelzinho manolo
manuela: manu nela
marcela: ma celinha marcelinha cela
marcelo: ma celo marcelinho cel
marcia: ma marcinha
marcio: ma marcinho
marco antonio: marquinho marquinhos
marco aurelio: marquinho
marcos: marquinhos marquinho marcao kiko
margarete: marga gaga margo
margarida: guida guidinha
maria: mariazinha mari mariinha cota
maria aparecida: cida cidinha
maria auxiliadora: dora
maria beatriz: mabi bia
maria cecilia: cica maceci
maria clara: maclara clarinha
maria cristina: tina cris
maria da conceicao: ceicao
maria de fatima: fatinha
maria de lourdes: lurdinha lourdinha
maria do carmo: carminha
maria do socorro: help socorrinho
maria eduarda: duda madu
maria fernanda: mafe nanda
maria helena: lena marilena
maria isabel: mabel maisa
maria jose: zeze maze
maria julia: maju
maria luisa: malu
maria luiza: malu
maria vitoria: mavi
mariana: mari nana marianinha
marilia: lila mari
marina: mari nina
mario: marinho
marisa: mari isa
mateus: teteu mat teu
matheus: teteu mat teu
mauricio: mau mauri
mauro: maurinho
mayara: may
melissa: mel meli
michele: mi mimi miche
miguel: migui guel miguelzinho
milena: mi mila lena
miriam: mi mimi
monica: mo moni nica
murilo: mu muri
natalia: nat nati nata naty
natasha: nat tasha
nathalia: nat nati naty
nicolas: nico nick nicholas
nicole: nic nica niki
norberto: beto nono
osvaldo: vado vadinho valdo
otavio: tavinho tata tavo
patricia: pati paty tricia pat
paula: paulinha
paulo: paulinho paulao
paulo cesar: pc
paulo henrique: ph
paulo roberto: pr
pedro: pedrinho pedrao pepe pedroca
pedro henrique: ph
pietra: pi
priscila: pri prisci cila
rafael: rafa rafinha fael rafaelzinho
rafaela: rafa rafinha
raimunda: mundica
raimundo: mundinho rai raimundinho
raquel: quel quelzinha rachel keka
rebeca: beca bequinha rebecca becca
regiane: re regi
regina: re gina regininha
renan: re renanzinho
renata: re renatinha nata
renato: re renatinho nato
ricardo: rick rica ricardinho ric cadinho
rita: ritinha
roberta: beta ro betinha robertinha
roberto: beto bob robertinho betinho
rodolfo: rodo dolfo
rodrigo: digo ro rod diguinho rodriguinho
rogerio: ro rogerinho
romulo: rominho
ronaldo: ro naldo ronaldinho
rosana: ro rosinha
rosangela: ro rosa angela zanza
roseli: ro rose
ruth: rute rutinha
sabrina: bina sa bri
samanta: sam
samuel: sam samuca samu
sandra: sandrinha
sebastiana: tiana bastiana
sebastiao: tiao bastiao tiaozinho
sergio: serginho
severino: biu
silvana: sil silvia vana
silvia: sil silvinha
silvio: sil silvinho
simone: si mone simoninha
solange: sol so
sonia: soninha so
sophia: so sofi sosso
stephanie: ste teti fani
suelen: su sue
suzana: su suzi suzy suzaninha
tadeu: tade
tatiana: tati tatinha tiana
tatiane: tati
telma: te
teresa: te tete teresinha terezinha
tereza: te tete teresinha terezinha
thais: tata tha
thiago: ti thi tiaguinho titi tiguinho
tiago: ti thi tiaguinho titi tiguinho
ubirajara: bira
ulisses: uli
valdemar: demar vava
valdir: didi val
valeria: val leia
valmir: val
valter: val valtinho
vanderlei: vande derlei
vanessa: van nessa nessinha vanessinha
vera: verinha
veronica: ve vero nica
vicente: vi vicentinho
victor: vi vitinho vic
victoria: vi vivi vick toia
vinicius: vini vinny vinicinho
virginia: gina vi
vitor: vi vitinho vic
vitoria: vi vivi vick toia
viviane: vivi vi viviana
wagner: wag vava
waldemar: demar
walter: val waltinho
washington: uoshi
wellington: well leto
wesley: wes
william: will liam bill
yasmin: yas mimi
zilda: zildinha
";

/// Short forms of English and international given names.
const ENGLISH: &str = "\
abigail: abby gail
abraham: abe bram
albert: al bert albie
alexander: alex al xander sandy lex sasha
alexandra: alex sandra lexi sasha
alfred: alf fred alfie
alison: ali ally
allison: ali ally
amanda: mandy
andrew: andy drew
angela: angie
anne: annie nan
ann: annie nan
anthony: tony ant
antonia: toni
arnold: arnie
arthur: art artie
barbara: barb barbie babs
benjamin: ben benny benji
bernard: bernie
bradley: brad
brandon: bran
bridget: bridie
calvin: cal
cameron: cam
caroline: carrie caro
catherine: cathy cate kate katie cat kitty
charles: charlie chuck chaz chas
charlotte: charlie lottie char
christian: chris
christina: chris tina chrissy christie
christine: chris tina chrissy christie
christopher: chris topher kit kris
clifford: cliff
clinton: clint
constance: connie
curtis: curt
cynthia: cindy
daniel: dan danny
danielle: dani
david: dave davy davey
deborah: deb debbie debby
dennis: denny
dominic: dom nick
donald: don donnie
dorothy: dot dottie dolly
douglas: doug
edgar: ed eddie
edmund: ed eddie ned
edward: ed eddie ted teddy ned
edwin: ed eddie
eleanor: ellie nell nora
elizabeth: liz lizzie beth betty eliza betsy libby liza ellie lisa
emily: em emmy
emma: em
ernest: ernie
eugene: gene
evelyn: evie
florence: flo
frances: fran frankie
francis: frank frankie
franklin: frank
frederick: fred freddy freddie rick
gabrielle: gabby
geoffrey: geoff jeff jeffrey
gerald: gerry jerry
gerard: gerry
gilbert: gil bert
grace: gracie
gregory: greg
harold: harry hal
helen: nell
henry: harry hank hal
herbert: herb bert
howard: howie
isaac: ike
isabel: izzy bella
isabella: izzy bella
jacob: jake
jacqueline: jackie
james: jim jimmy jamie jem
janet: jan
jason: jay
jeffrey: jeff geoff
jennifer: jen jenny jenn
jeremy: jerry jem
jessica: jess jessie
joanna: jo
john: jack johnny jon
jonathan: jon jonny john
joseph: joe joey jo
josephine: jo josie
joshua: josh
judith: judy jude
julia: jules
julian: jules
katherine: kate kathy katie kat kay kitty
kathleen: kathy kate katie
kathryn: kate kathy katie katherine catherine
kenneth: ken kenny
kevin: kev
kimberly: kim
kristen: kris kristin
lauren: laurie
laurence: larry laurie lawrence
lawrence: larry laurie
leonard: leo len lenny
leslie: les
lillian: lily lil
louis: lou louie lewis
louise: lou
lucille: lucy
madeleine: maddie
madison: maddie
margaret: maggie meg peggy marge margie greta rita
martha: marty
martin: marty
mary: molly polly mamie
matthew: matt matty
maximilian: max
megan: meg
melanie: mel
melissa: mel missy
michael: mike mick mickey micky
michelle: shelly chelle
mitchell: mitch
montgomery: monty
nancy: nan
natalie: nat
nathan: nate nat
nathaniel: nate nat nathan
nicholas: nick nicky nico
nicole: nicky nikki
norman: norm
oliver: ollie
olivia: liv livvy
pamela: pam
patricia: pat patty trish tricia
patrick: pat paddy rick
peter: pete
philip: phil pip
phillip: phil pip
rachel: rach
raymond: ray
rebecca: becky becca beck
reginald: reg reggie
richard: rick dick rich richie ricky
robert: bob rob bobby robbie bert robin
roberta: bobbie
roger: rodge
ronald: ron ronnie
rosemary: rose rosie
russell: russ
samantha: sam sammy
samuel: sam sammy
sandra: sandy
sarah: sally sadie
sean: shawn shaun
sharon: shaz
shirley: shirl
sophia: sophie
sidney: sid
stanley: stan
stephanie: steph stephie
stephen: steve steven stevie
steven: steve stephen stevie
stewart: stu stuart
stuart: stu
susan: sue susie suzy
suzanne: sue suzy
sylvester: sly
terence: terry
teresa: terry tess
theodore: ted teddy theo
theresa: terry tess
thomas: tom tommy
timothy: tim timmy
tobias: toby
valerie: val
veronica: ronnie
victor: vic
victoria: vicky tori vic
vincent: vince vin
virginia: ginny
walter: walt wally
wesley: wes
william: bill will billy willy liam
winifred: winnie
zachary: zach zack
";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::normalise::words;

    #[test]
    fn pet_forms_work_both_ways() {
        assert!(are_related("ze", "jose") && are_related("jose", "ze"));
        assert!(are_related("bob", "robert") && are_related("malu", "maria luiza"));
    }

    #[test]
    fn two_pet_forms_of_one_name_are_not_each_other() {
        assert!(!are_related("ze", "zeca"));
        assert!(!are_related("jose", "joao"));
    }

    #[test]
    fn a_shared_pet_form_leads_to_every_name() {
        let formal: Vec<_> = related_names("beto").collect();
        for name in ["alberto", "gilberto", "humberto", "norberto", "roberto"] {
            assert!(formal.contains(&name), "{name}");
        }
    }

    #[test]
    fn every_entry_is_folded_and_every_line_is_read() {
        for line in PORTUGUESE.lines().chain(ENGLISH.lines()) {
            let (formal, pets) = line.split_once(": ").expect("name: forms");
            assert_eq!(words(formal).join(" "), formal);
            assert!(pets.split_whitespace().next().is_some(), "{formal} has forms");
            for pet in pets.split_whitespace() {
                assert_eq!(words(pet), [pet], "in the line of {formal}");
                assert_ne!(pet, formal);
            }
        }
    }

    #[test]
    fn the_portuguese_table_covers_the_common_names() {
        assert!(PORTUGUESE.lines().count() >= 150);
    }
}

//! Names known to be names, so that one of them is never taken for another with a slip of the pen: Lima is not a
//! misspelt Lira, nor Marcos a misspelt Marcus. The directory's own counts (see [`Rarity`](super::rarity)) add to
//! these lists; the lists make a small directory careful too.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::nicknames;

/// Whether the folded word is a common given name in Brazil or in English.
pub fn is_given_name(word: &str) -> bool {
    GIVEN_SET.contains(word) || nicknames::is_listed(word)
}

/// Whether the folded word is a common surname in Brazil or in English.
pub fn is_surname(word: &str) -> bool {
    SURNAME_SET.contains(word)
}

static GIVEN_SET: LazyLock<HashSet<&'static str>> = LazyLock::new(|| GIVEN.split_whitespace().collect());
static SURNAME_SET: LazyLock<HashSet<&'static str>> = LazyLock::new(|| SURNAMES.split_whitespace().collect());

const GIVEN: &str = "\
abel ada adalberto adam adao adele ademar ademir adilson adolfo adriana adriane adriano agatha agnaldo ailton aitana
alan alana albert alberto alcides alda aldo alessandra alessandro alex alexandra alexandre alexsandro alfredo alice
alicia aline alisson allan almir altair alvaro alzira amanda amaro amelia ana anderson andre andrea andreia andressa
andrew angela angelica angelo anna anne antonia antonio aparecida aparecido ariana ariane arlete arlindo armando
arnaldo arthur artur augusta augusto aurea aurelio barbara beatriz benedita benedito benicio bento berenice bernardo
betania bianca brenda breno brian bruna bruno caio camila camile camilo carina carla carlos carmen carol carolina
caroline catarina caua cecilia celia celina celso cesar charles christian christopher cibele cicero cintia clara
clarice clarissa claudia claudine claudinei claudio claudia clayton cleber cleide clelia cleusa cleiton clovis
conceicao cristian cristiana cristiane cristiano cristina daiana daiane dalila dalva damiao damaris daniel daniela
daniele danilo danny dario davi david dayana debora deise denilson denis denise deolinda diana diego dilma dilson
dinah diogo dione dirceu dolores domingos donald dora doris douglas dulce durval ede eder edgar edilene edilson edison
edite edmar edmilson edmundo edna edson eduarda eduardo edvaldo edward elaine elana elba elena eli eliana eliane elias
elida eliete eliezer elisa elisabete elisangela elise eliseu eliza elizabete elizabeth elizeu ellen elza elton elvira
elis emanuel emanuela emanuelle emerson emilia emiliano emilio emily emma enzo eric erica ester estela estevao ethan
eugenia eugenio eunice euclides eva evaldo evandro evelin evelyn everaldo everton ezequiel fabiana fabiane fabiano
fabio fabiola fabricia fabricio fatima felipe felix fernanda fernando flavia flaviana flaviane flavio francine francis
francisca francisco franciele francielle frank fred frederico gabriel gabriela gabriele gael gelson genesio genivaldo
george geovana geraldo gerson gilberto gilda gildo gilmar gilson giovana giovanni gisela gisele giselle gislaine
glaucia glaucio gleice gleison gloria graca grace graciela graziela greice guido guilherme guilhermina gustavo hamilton
haroldo heitor helder helen helena helenice helio heloisa henrique henry herbert hercules hermes hilda hilton hugo
humberto iago iara icaro ida igor ilda ilma ines ingrid iolanda iracema irene irineu iris isaac isabel isabela isabele
isadora isaias isis ismael israel itamar ivan ivana ivanilda ivete ivo ivone izabel jacira jacqueline jaime jair
jairo jandira janaina jane janete janice jaqueline jean jefferson jennifer jeronimo jessica joana joao joaquim
jocelia joel joelma john jonas jonatas jonathan jordana jorge jose joseane josefa josiane josue joyce juan jucelia
julia juliana juliane juliano julieta julio junior juraci jussara justina kaio karen karin karina karine karla
karoline katia kauan kelly kevin klaus laercio lais lara larissa laura lauro layla lea leandra leandro leila leonardo
leonel leonor leticia levi lia lidia lidiane ligia lilia lilian liliana liliane livia lorena lorenzo louise lourdes
lourenco lourival luan luana luca lucas lucca lucelia lucia luciana luciane luciano lucila lucilene lucimar lucinda
lucineia luis luisa luiz luiza luzia magali magda magna magno maiara maicon maira malu manoel manuel manuela mara
marcela marcele marcelo marcia marcio marco marcos marcus margarete margarida maria mariana mariane mariano marilda
marilene marilia marilu marilza marina marinalva marinete mario marisa marisol maristela mark marlene marli marlon
marlucia marta martha martin marx mary mateus matheus matilde mauricio mauro max maxwell maya mayara mayra melina
melissa mercedes meire michael michel michele miguel milena milene milton mirela miriam mirian mirna moacir moises
monica morgana murilo nadia nadir nair nancy natalia natan natasha nathalia neide neila nelma nelson neusa newton
neymar nicolas nicole nilda nilo nilson nilton nilza nina nivea noel noemi nogueira norberto norma octavio odair odete
olga olivia orlando oscar osmar osvaldo otavio otto pablo paloma pamela patricia patrick paul paula paulina pauline
paulo pedro penelope peter pietra pietro poliana priscila quiteria rafael rafaela raimunda raimundo ramon raoni
raquel raul ravi rayane rebeca regiane regina reginaldo regis reinaldo renan renata renato renilda rian ricardo
richard rita robert roberta roberto robson rodolfo rodrigo rogeria rogerio romario romeu romilda romulo ronald ronaldo
ronan roney roni rosa rosana rosane rosangela rosania rose roseane roseli rosemary rosemeire rosilene rosimeire rosita
ruan rubens rui rute ruth ryan sabrina salete salomao samanta samara samira samuel sandra sandro sara sarah saulo
sebastiana sebastiao selma sergio severina severino sheila sidnei silas silmara silvana silvania silvano silvia
silvio simao simon simone sirlei sofia solange sonia sophia stefany stella suelen sueli susan susana suzana tadeu
tainara tais talita tamara tamires tania tarcisio tatiana tatiane tania telma teodoro teresa tereza thais thalita
theo thereza thiago thomas tiago tobias tomas tulio ulisses umberto ursula valdeci valdemar valdir valentina valeria
valmir valter vanda vanderlei vanessa vania vera veronica vicente victor victoria vilma vinicius violeta virginia
vitor vitoria viviane vladimir wagner waldemar waldir wallace walter wanda wanderley washington wellington wendel
wesley willian william wilma wilson yago yan yara yasmin yolanda yuri zelia zenaide zilda zoe zuleica zulmira
aaron alison amy andy angus anthony barry ben benjamin betty bill bob brad bradley brandon brent brett bruce bryan
carl carrie cathy chad charlotte chloe chris christina christine claire colin connor craig dan dana dave dean
deborah diane don donna doug dylan ed eleanor ella ellie emilia erin ernest evan faith fiona florence frances garry
gary gavin gemma glen gordon graham greg hannah harry harvey heather heidi helen holly howard ian jack jackie jacob
jade jake james jamie jan janet jason jay jeff jeremy jerry jill jim jo joan joanna joe joey jordan joseph josh joshua
joy judith judy julie justin kate kathy katie keith ken kenneth kerry kim kirsty kyle larry lauren lawrence lee leo
leon leslie lewis liam linda lindsay lisa liz logan lois lori louis lucy luke lynn malcolm marcus margaret marian
marie martha mason matt matthew megan melanie mia mike molly naomi natalie nathan neil nicholas nick nigel noah
oliver owen pam pat penny phil philip phoebe rachel ralph ray rebecca rick rob robin roger ron rose ross roy ruby russell
sally sam samantha scott sean shannon sharon shirley simon sophie stephanie stephen steve steven stuart sue summer ted
terry tim timothy tina toby todd tom tony tracy tyler vincent wayne wendy will zachary
";

const SURNAMES: &str = "\
abreu aguiar albuquerque alcantara alencar almeida alvarenga alvares alves amado amancio amaral amaro amorim anjos
antunes aragao arantes araujo arruda assis assuncao avelar avila azevedo bahia balbino bandeira barata barbosa barcelos
barreto barros barroso bastos batista belo benites bentes bento bernardes bernardo bessa bezerra bicalho bitencourt
bonfim borba borges botelho braga braganca brandao branco brasil brito bueno caetano caldas caldeira calixto camara
camargo camilo caminha campos candido canto cardoso carmo carneiro carrara carvalho casagrande castanho castelo castilho
castro cavalcante cerqueira cesar chagas chaves cirino coelho coimbra colares conceicao cordeiro correa correia cortes
costa coutinho couto cruz cunha dantas damasceno dias diniz domingues dornelas dourado drummond duarte dutra esteves
evangelista fagundes falcao faria farias feijo feitosa felix fernandes ferrari ferraz ferreira fialho figueira
figueiredo filho flores fonseca fontes fortes fraga franca francisco franco freire freitas frota furtado gama garcia
gaspar gentil germano gil godoy gois gomes goncalves gonzaga gouveia graca guedes guerra guimaraes gusmao henriques
holanda horta inacio ivo jacinto jardim jesus jordao jorge junior junqueira justino lacerda lage lago lara leal leao
leite leitao lemes lemos leme lessa lima linhares lins lira lisboa lobato lobo lopes loureiro lourenco lucena luna luz
macedo machado maciel madeira magalhaes maia malta manso marinho marques martin martins mascarenhas mata matias matos
maximo meira meireles mello melo mendes mendonca menezes mesquita miguel miranda monteiro montenegro moraes morais
moreira moreno mota moura mourao muniz nascimento nobrega nobre nogueira noronha novaes novais nunes oliveira ortiz
pacheco padilha paes paiva palma parente passos patricio paula paulino paz pedrosa peixoto penha penna pereira peres
pessoa pimenta pimentel pinheiro pinho pinto pires pontes portela porto prado prates prudente queiroz quintana rabelo
ramalho ramos rangel raposo rego reis resende rezende ribas ribeiro rios rocha rodrigues roldao romano romero rosa
rosario rossi ruas rufino sa sabino sales salgado salles salomao sampaio sanches santana santiago santos saraiva
sarmento schmidt schneider seabra segundo seixas sena serafim serra serrano severo silva silveira silvestre simoes siqueira
soares sobral sobrinho solano souto souza sousa tavares teixeira telles teles tenorio torres toledo trindade tristao
valadares vale valente valentim valle vargas vasconcelos vasques vaz veiga velasco veloso ventura veras viana vianna
vidal vieira vilela villar villela vital xavier zanetti zanella werneck weber wagner muller becker klein hoffmann
bianchi colombo conti costa esposito ferrara gallo greco leone lombardi marino moretti ricci rizzo romano russo
tanaka suzuki sato yamamoto nakamura kobayashi watanabe ito kato yoshida
adams alexander allen anderson andrews armstrong arnold atkinson austin bailey baker baldwin ball banks barker barnes
barnett barrett bates baxter bell bennett berry bishop black blair blake bond booth bowen boyd bradley brady brewer
brooks brown bruce bryant buchanan buckley burgess burke burns burton bush butler byrne cameron campbell carlson
carpenter carr carroll carter chambers chandler chapman clark clarke cohen cole coleman collins cook cooper cox craig
crawford cross cunningham curtis daniels davidson davies davis dawson day dean dixon doyle duncan dunn edwards elliott
ellis evans farrell ferguson fisher fleming fletcher flynn ford foster fowler fox francis frank fraser freeman fuller
gallagher gardner gibson gilbert gordon graham grant gray green greene griffin griffiths hall hamilton hansen hanson
harper harris harrison hart harvey hawkins hayes henderson henry hicks hill hodges holland holmes hopkins howard howell
hudson hughes hunt hunter hutchinson jackson jacobs james jenkins jennings jensen johnson johnston jones jordan joseph
kay keller kelley kelly kennedy kerr king knight lambert lane larson law lawrence lawson lee lewis little lloyd logan
long lowe lucas lynch mann marshall martinez mason matthews may mcdonald miller mills mitchell moore morgan morris
morrison murphy murray myers nash nelson newman newton nichols nicholson norris oconnor oliver olson owen owens page
palmer parker parsons patel patterson payne pearson perez perkins perry peters peterson phillips pierce porter potter
powell price quinn ramirez ray reed reid reynolds rice richards richardson riley rivera roberts robertson robinson
rogers rose ross russell ryan sanchez sanders saunders scott shaw simmons simpson smith snyder spencer stanley stephens
stephenson stevens stevenson stewart stone sullivan taylor thomas thompson thomson torres tucker turner tyler walker
wallace walsh ward warren washington watkins watson watts webb wells west wheeler white wilkinson williams williamson
willis wilson wood woods wright wyatt young
";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::normalise::words;

    #[test]
    fn every_name_is_folded() {
        for name in GIVEN.split_whitespace().chain(SURNAMES.split_whitespace()) {
            assert_eq!(words(name), [name]);
        }
    }

    #[test]
    fn names_one_letter_apart_are_both_known() {
        for pair in [["lima", "lira"], ["faria", "farias"], ["moura", "mourao"]] {
            assert!(pair.iter().all(|surname| is_surname(surname)), "{pair:?}");
        }
        for pair in [["marcos", "marcus"], ["nelson", "nilson"], ["marcia", "marcio"]] {
            assert!(pair.iter().all(|name| is_given_name(name)), "{pair:?}");
        }
    }

    #[test]
    fn a_misspelling_is_not_a_name() {
        assert!(!is_surname("silav") && !is_given_name("fernnado"));
    }
}
